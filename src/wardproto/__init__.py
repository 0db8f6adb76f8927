"""wc/1: what the workstation and the central service both check, written once.

Wire records, hash chains, the control fold, the readers of a stream (R) and the
admission rules. This package can verify; it holds nothing that opens a body, so
that the central service, which imports only this, cannot either.

    wire        exact bytes: envelope, contexts, hashes, limits
    records     block header, control records, entry, receipt, refusal
    signing     the Signing protocol and its Ed25519 form
    control     the pure fold over the control stream
    readers     R: who may read and write a stream at a position
    admission   the rules that server and every client apply to a block
    messages    bodies of the HTTP calls and the signature of a request
"""
