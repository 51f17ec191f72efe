# SPDX-License-Identifier: MIT
"""
Verifies the audit trails of a database by the page alone (plugin/README.md, "The audit trail"), without the plugin's
code; and that they are complete: each integration has an event for each of its versions.
"""

import hashlib
import json


def blake2b(content, key=b""):
    return hashlib.blake2b(content, digest_size=32, key=key).digest()


def faults_of(connection):
    """What is wrong, as lines of text."""
    organizations = connection.execute("SELECT key, id, trail_length, trail_hash, checkpoint_length, "
                                       "checkpoint_hash FROM organization").fetchall()
    for key, name, length, head, removed, begin in organizations:
        rows = connection.execute("SELECT sequence, entity, salt, digest, hash, body FROM event "
                                  "WHERE organization = ? ORDER BY sequence", (key,)).fetchall()
        yield from chain_faults(name, rows, length, head, removed, begin)
        stored, deleted = (dict(connection.execute(f"SELECT id, version FROM {table} WHERE organization = ?", (key,)))
                           for table in ["integration", "deleted"])
        yield from history_faults(name, rows, stored, deleted)


def chain_faults(name, rows, length, head, removed, begin):
    before = begin or blake2b(b"integrations.so trail 1\n" + name.encode())
    for number, (sequence, entity, salt, digest, hash_, body) in enumerate(rows, removed + 1):
        if sequence != number:
            yield f"{name}: event {sequence} is where {number} should be"
        if body is not None and blake2b(body.encode(), salt) != digest:
            yield f"{name}: event {sequence} does not match its digest"
        if blake2b(before + sequence.to_bytes(8, "big") + entity + digest) != hash_:
            yield f"{name}: event {sequence} does not follow from the one before"
        before = hash_
    if (length, head) != (removed + len(rows), before if removed or rows else None):
        yield f"{name}: the head is at {length}, the last event is {removed + len(rows)}"


def history_faults(name, rows, stored, deleted):
    """
    Each event leads from the version that the one before it led to; the last, to what is stored, or was deleted and
    is kept.
    """
    versions, gone = {}, {}
    for sequence, entity, _, _, _, body in rows:
        event = json.loads(body)
        version = event["data"]["version"]
        if version.get("old") != versions.get(entity) or event["organizationId"] != name:
            yield f"{name}: event {sequence} leads from {version.get('old')}, not {versions.get(entity)}"
        versions[entity] = version.get("new")
        gone[entity] = version.get("old")
    last = {entity: version for entity, version in versions.items() if version is not None}
    if last != stored:
        yield f"{name}: the trail ends with {len(last)} integrations, {len(stored)} are stored, or versions differ"
    kept = {entity: gone[entity] for entity, version in versions.items() if version is None}
    if kept != deleted:
        yield f"{name}: {len(kept)} integrations were deleted, {len(deleted)} are kept, or versions differ"
