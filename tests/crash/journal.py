# SPDX-License-Identifier: MIT
"""What crash_writer.c says of its chains, and whether a database agrees."""


class Chain:
    """What is known of an integration: its last acknowledged state, and the operation in flight."""

    def __init__(self):
        self.version = 0  # 0: it does not exist.
        self.deleted = False
        self.tried = None

    def hear(self, what, operation, version):
        if what == "try":
            self.tried = (operation, version)
            return
        self.tried = None
        if what == "ok":
            self.version = {"create": 1, "update": version + 1, "delete": 0}[operation]
            self.deleted = operation == "delete"

    def allowed(self):
        """The versions that the database may have; 0 is none."""
        versions = {self.version}
        if self.tried:
            operation, version = self.tried
            results = {"create": {1}, "update": {version + 1}, "delete": {0}, "stale": set()}
            versions |= results[operation]
        return versions


def listen(chains, lines):
    answers = 0
    for line in lines:
        name, what, operation, version = line.split(" ")
        chains.setdefault(name, Chain()).hear(what, operation, int(version))
        answers += what != "try"
    return answers


def unanswered_creates(chains):
    return [name for name, chain in chains.items() if chain.tried == ("create", 0)]


def chain_violations(chains, found):
    """`found`: the version of each integration that is there. The next round starts from it."""
    violations = []
    for name, chain in chains.items():
        if found.get(name, 0) not in chain.allowed():
            violations.append(
                f"{name} has version {found.get(name, 0)}, not one of {chain.allowed()}")
        chain.version, chain.tried = found.get(name, 0), None
    unknown = set(found) - set(chains)
    if unknown:
        violations.append(f"no writer created {unknown}")
    return violations


def row_violations(connection, organizations, found, folder="one"):
    """Adds the versions of a database's integrations to `found`. `folder`: whose database it is; one: everybody's."""
    violations = []
    rows = connection.execute(
        "SELECT title, version, is_active, organization.id FROM integration "
        "JOIN organization ON organization.key = integration.organization")
    for title, version, active, organization in rows:
        name, mark = title.rsplit(" ", 1)
        owner = f"org-{int(name.split('.')[1]) % organizations}"
        if organization != owner or folder not in (owner, "one"):
            violations.append(f"'{title}' belongs to {owner}, not {organization}, in {folder}")
        if mark != f"v{version}":
            violations.append(f"'{title}' has version {version}")
        if active != (version % 2):
            violations.append(f"'{title}' has is_active {active}")
        if name in found:
            violations.append(f"{name} exists twice")
        found[name] = version
    counted = connection.execute(
        "SELECT coalesce(sum(is_active), 0), coalesce(sum(1 - is_active), 0) FROM integration"
    ).fetchone()
    kept = connection.execute(
        "SELECT coalesce(sum(active), 0), coalesce(sum(inactive), 0) FROM organization").fetchone()
    if counted != kept:
        violations.append(f"there are {counted} rows, but the counters are {kept}")
    return violations
