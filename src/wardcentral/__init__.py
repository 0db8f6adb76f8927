"""The central service: it orders, checks, stores and relays sealed blocks, and can open none.

store           the port that a store keeps; memory_store and sqlite_store keep it
core            one ward's log: admission, numbering, receipts. No I/O
pages           what of the log one device is handed
verify          replays everything that is stored and compares
committer       the one writing thread: requests that meet are committed together
service         wards, snapshots, waiting clients, the join box
guard           who asks: request signatures, replay, rates
app             the HTTP endpoints, with answers, bodies, places and problems
server, folder  the process around it and its data folder
cli             the operator's commands

It imports wardproto only: nothing here could open a body.
"""
