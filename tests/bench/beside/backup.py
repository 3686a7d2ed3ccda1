"""A full backup and the way back, of csdlgd and of PostgreSQL with the same records, one after the other.

backup.py PROGRAM DATA SCRATCH. Every record of every kind is read out over csdlgd's API by each school's clerk and put
into PostgreSQL as a careful administrator would keep it: a table for each kind with its fields as jsonb, an index
for its lists, and a table of changes (what a trigger for history writes), since csdlgd's backup holds the
history too. PostgreSQL's is `pg_dump | zstd | age` and `pg_restore` with as many jobs as there are cores; csdlgd's ends with every byte
checked against the chain of its log and with the search index made, until a search is answered.
"""

import io
import json
import os
import subprocess
import sys
import threading
import time
from urllib.parse import quote

from beside import Csdlgd, Postgres

KINDS = "school campus class staff pupil enrolment result award exam graduation health_check programme facility finance"
READERS = 3
YEARS = range(2012, 2028)


class Kept(Postgres):
    """A database filled with COPY, as its tables are restored."""

    def fill(self, batches):
        db = self.connect()
        c = db.cursor()
        c.execute(
            "CREATE TABLE changes (seq bigserial PRIMARY KEY, at timestamptz DEFAULT now(), who int DEFAULT 1,"
            " kind text, record bigint, fields jsonb)"
        )
        for kind in KINDS.split():
            c.execute(f'CREATE TABLE "{kind}" (id bigint PRIMARY KEY, unit int, version int, state text, fields jsonb)')
        count = 0
        for kind, rows in batches:
            count += len(rows)
            escape = lambda text: text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
            rows = [(i, u, v, s, escape(json.dumps(f, ensure_ascii=False))) for i, u, v, s, f in rows]
            c.copy_expert(
                f'COPY "{kind}" FROM STDIN', io.StringIO("".join(f"{i}\t{u}\t{v}\t{s}\t{f}\n" for i, u, v, s, f in rows))
            )
            c.copy_expert(
                "COPY changes (kind, record, fields) FROM STDIN",
                io.StringIO("".join(f"{kind}\t{i}\t{f}\n" for i, _, _, _, f in rows)),
            )
        for kind in KINDS.split():
            c.execute(f'CREATE INDEX ON "{kind}" (unit, id)')
        c.execute("CREATE INDEX ON changes (kind, record)")
        db.commit()
        db.autocommit = True
        c.execute("VACUUM ANALYZE")
        c.execute("SELECT pg_database_size('postgres')")
        return count, c.fetchone()[0]

    def count(self, name):
        import psycopg2

        c = psycopg2.connect(host=self.dir, user="postgres", dbname=name).cursor()
        c.execute(" UNION ALL ".join(f'SELECT count(*) FROM "{kind}"' for kind in KINDS.split()))
        return sum(row[0] for row in c.fetchall())


def batches(server):
    """(kind, rows) of every school, as the API gives them: id, unit, version, state, fields."""
    clerks = [row for row in server.logins if row["role"] == "school_clerk"]
    lock, ready, queue = threading.Lock(), threading.Condition(), []
    left = [READERS]

    def pages(connection, clerk, kind, year):
        after = ""
        while True:
            connection.request(
                "GET",
                f"/api/v1/records/{kind}?limit=200&year={year}" + after,
                headers={"Authorization": "Bearer " + clerk["token"]},
            )
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, (answer.status, kind)
            page = json.loads(body)
            yield from ((int(r["id"]), int(r["unit"]), r["version"], r["state"], r["fields"]) for r in page["records"])
            if not page.get("next"):
                return
            after = "&after=" + quote(page["next"])

    def work():
        connection = server.connection()
        while True:
            with lock:
                clerk = clerks.pop() if clerks else None
            if clerk is None:
                break
            for kind in KINDS.split():
                rows = {row[0]: row for year in YEARS for row in pages(connection, clerk, kind, year)}
                with ready:
                    ready.wait_for(lambda: len(queue) < 64)
                    queue.append((kind, list(rows.values())))
                    ready.notify_all()
        with ready:
            left[0] -= 1
            ready.notify_all()

    for _ in range(READERS):
        threading.Thread(target=work, daemon=True).start()
    seen = set()
    while True:
        with ready:
            ready.wait_for(lambda: queue or not left[0])
            if not queue:
                return
            kind, rows = queue.pop(0)
            ready.notify_all()
        # A learner who changed schools is seen by both.
        rows = [row for row in rows if (kind, row[0]) not in seen]
        seen.update((kind, row[0]) for row in rows)
        if rows:
            yield kind, rows


def timed(*command, **options):
    start = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True, **options)
    return time.perf_counter() - start, done.stdout


def row(what, seconds, size=None):
    print(f"{what:<68} {seconds:>9.1f} {'' if size is None else f'{size / 2**20:,.0f}':>10}", flush=True)


def main(program, data, scratch):
    environment = dict(os.environ, CSDLGD_LOG="error")
    key = f"{scratch}/key"
    _, said = timed(program, "keygen", "--out", key, env=environment)
    recipient = said.split()[-1]
    server = Csdlgd(program, data)
    pg = Kept(scratch)
    count, pg_bytes = pg.fill(batches(server))
    server.end()
    store = os.path.getsize(f"{data}/store.redb")
    print(f"{count:,} records, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; csdlgd's store {store / 2**20:,.0f} MiB")
    print(f"(of all school years, history and derived rows in it), PostgreSQL {pg_bytes / 2**20:,.0f} MiB\n")
    print(f"{'':<68} {'seconds':>9} {'MiB':>10}")

    out = f"{scratch}/targets"
    took, said = timed(program, "backup", "now", "--data", data, "--to", out, "--recipient", recipient, env=environment)
    file = said.split("\n")[-2]
    row("csdlgd: full backup, sealed, signed, on disk, read back", took, os.path.getsize(file))
    new = f"{scratch}/restored"
    start = time.perf_counter()
    took, _ = timed(program, "restore", file, "--identity", key, "--data", new, env=environment)
    row("csdlgd: restored, every byte verified, indexed", took, os.path.getsize(f"{new}/store.redb"))
    officer = next(r["login"] for r in server.logins if r["role"] == "department_officer")
    timed(program, "search", "--as", officer, "--data", new, "nguyen", env=environment)
    row("csdlgd: and the first search answered", time.perf_counter() - start)

    dump = f"{scratch}/dump.age"
    script = 'set -euo pipefail; "$1"/pg_dump -h "$2" -U postgres -Fc -Z0 postgres | zstd -3 -cq | age -r "$3" > "$4"; sync "$4"'
    took, _ = timed("bash", "-c", script, "-", pg.bin, pg.dir, recipient, dump)
    row("PostgreSQL: pg_dump | zstd -3 | age, on disk, not read back", took, os.path.getsize(dump))
    pg.run("createdb", "-h", pg.dir, "back")
    script = (
        'set -euo pipefail; age -d -i "$5" "$4" | zstd -dcq > "$6";'
        ' "$1"/pg_restore -h "$2" -U postgres -j "$(nproc)" -d back "$6"'
    )
    took, _ = timed("bash", "-c", script, "-", pg.bin, pg.dir, recipient, dump, key, f"{scratch}/plain")
    assert pg.count("back") == pg.count("postgres") == count
    row("PostgreSQL: age -d | zstd -d, pg_restore with all cores, no search", took)
    pg.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
