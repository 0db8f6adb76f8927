"""What goes wrong: on the wire, on the PCs, at the service, and by a member who does not keep the rules."""

from dataclasses import replace

from tests.simulation.memory_store import KilledError
from tests.simulation.world import Device, Message, World
from wardclient.sync.calls import PushCall
from wardclient.sync.sealing import ending_key
from wardproto.messages import PushItem

YEAR_MS = 366 * 24 * 3600 * 1000


def deliver(world: World) -> str:
    """Something on the wire arrives, in any order."""
    if not world.wire:
        return ""
    message = world.wire.pop(world.random.randrange(len(world.wire)))
    world.deliver(message)
    return f"{message.device.name} {type(message.call).__name__}{' reply' if message.reply else ''}"


def exchange(world: World, device: Device) -> str:
    """A good moment on the network: several calls in a row, each answered at once or cut."""
    count = 0
    for _ in range(world.random.randrange(1, 9)):
        call = device.up.next_call(world.now_ms)
        if call is None:
            break
        count += 1
        luck = world.random.random()
        if luck < 0.05:
            device.up.on_failure(call, world.now_ms)
            continue
        reply = world.serve(device, call)
        if luck < 0.12:
            # Done at the service, and the PC never hears of it.
            device.up.on_failure(call, world.now_ms)
        else:
            world.answer(device, call, reply)
    return f"{device.name} {count}"


def lose(world: World) -> str:
    """Something on the wire is lost; the client will hear nothing and give up waiting."""
    if not world.wire:
        return ""
    message = world.wire.pop(world.random.randrange(len(world.wire)))
    give_up(world, message)
    return message.device.name


def time_out(world: World) -> str:
    """A client gives up waiting for an answer that is still on its way."""
    if not world.wire:
        return ""
    message = world.random.choice(world.wire)
    give_up(world, message)
    return message.device.name


def give_up(world: World, message: Message) -> None:
    """The client that sent a message waits no longer."""
    device = message.device
    if device.life == message.life and device.client is not None:
        device.up.on_failure(message.call, world.now_ms)


def duplicate(world: World) -> str:
    """Something on the wire arrives twice."""
    if world.wire:
        message = world.random.choice(world.wire)
        world.wire.append(replace(message))
        return message.device.name
    return ""


def relay_damaged(world: World) -> str:
    """A third party brings a block before its author does, with another body or other wraps."""
    pushes = [m for m in world.wire if m.reply is None and isinstance(m.call, PushCall)]
    if not pushes:
        return ""
    call = world.random.choice(pushes).call
    assert isinstance(call, PushCall)
    item = world.random.choice(call.request.items)
    if item.wraps and world.random.random() < 0.5:
        wraps = tuple(world.sealing.random(24) for _ in item.wraps)
        damaged = PushItem(item.envelope, item.body, wraps)
    else:
        damaged = PushItem(item.envelope, world.sealing.random(len(item.body)), item.wraps)
    world.push_block(damaged, relayed=True)
    return "block"


def kill(world: World, device: Device) -> str:
    """The program ends between two calls."""
    device.kill()
    return device.name


def kill_inside(world: World, device: Device) -> str:
    """The program ends at some write of what it does next."""
    device.up.hurry()
    device.store.fuse = world.random.randrange(1, 25)
    try:
        _something(world, device)
    except KilledError:
        device.kill()
        return f"{device.name} inside"
    finally:
        device.store.fuse = -1
    return f"{device.name} survived"


def _something(world: World, device: Device) -> None:
    mine = [m for m in world.wire if m.device is device and m.reply is not None and m.life == device.life]
    if mine:
        message = world.random.choice(mine)
        world.wire.remove(message)
        world.deliver(message)
    else:
        world.ask(device)


def jump(world: World, device: Device) -> str:
    """A PC's clock is set wrong, by up to ten years."""
    device.skew_ms = world.random.choice((-10 * YEAR_MS, -3_600_000, 0, 0, 7_200_000, 10 * YEAR_MS))
    device.knows_time = False
    return f"{device.name} {device.skew_ms}"


def back_up(world: World, device: Device) -> str:
    """Somebody copies the database of a PC."""
    device.backup = device.store.tables.copy()
    return device.name


def put_back(world: World, device: Device) -> str:
    """The old copy is put back. What was saved since is lost unless it was sent."""
    if device.backup is None:
        return "no copy"
    device.kill()
    device.store = world.make_store(device.backup.copy())
    device.rolled_back = True
    device.knows_time = False
    device.cursor = 0
    device.checked_head = 0
    device.created = {name: event for name, event in device.created.items() if _is_there(device, name, event)}
    device.decisions = {
        k: at for k, at in device.decisions.items() if (k[0], device.id, k[1]) in device.created
    }
    # An old copy does not know of a withdrawal that was made after it.
    device.withdrawn = {s: at for s, at in device.withdrawn.items() if device.store.get(ending_key(s))}
    return device.name


def _is_there(device: Device, name: tuple[bytes, bytes, int], event: bytes) -> bool:
    stream, _, n = name
    tables = device.store.tables
    kept = tables.tray.get((stream, n))
    return (
        device.world.truth.content.get(name) == event
        or (kept is not None and kept.event == event)
        or any((d.n, d.event) == (n, event) for d in tables.drafts.get(stream, ()))
    )


def crash(world: World) -> str:
    """The service is killed before, inside or after the commit of a request, and comes up again."""
    requests = [m for m in world.wire if m.reply is None]
    moment = world.random.choice(("before", "inside", "after"))
    if requests and moment != "before":
        message = world.random.choice(requests)
        world.wire.remove(message)
        if moment == "inside":
            world.crash_server(message.call)
        else:
            world.serve(message.device, message.call)
            world.crash_server(None)
        give_up(world, message)
    else:
        world.crash_server(None)
    return moment
