"""Asks csdlgd, PostgreSQL, SQLite FTS5 and Datasette the same questions about the same people.

beside.py PROGRAM DATA SCRATCH. The people are read out over csdlgd's API by each school's clerk; the
others get name, learner code, date of birth and school of each, with the indexes a careful administrator
would make. Of each question they are asked what a page of hits shows: how many there are, and the best
twenty. csdlgd answers with the whole page over HTTP: signed in, scope, facets, HTML.
"""

import csv
import glob
import http.client
import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import unicodedata
from urllib.parse import quote, urlencode

QUESTIONS = 300
CLIENTS = 8  # beside one; Python itself is the brake with more


def plain(text):
    """Without marks, small letters: what the others need to find Vietnamese names at all."""
    text = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(" " if c in "/'’-" else c for c in text if not unicodedata.combining(c))


class Csdlgd:
    def __init__(self, program, data):
        log = open(os.devnull, "w")
        self.process = subprocess.Popen(
            [program, "serve", "--data", data, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=log, text=True
        )
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])
        with open(os.path.join(data, "demo-logins.csv"), newline="") as f:
            self.logins = list(csv.DictReader(f))

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def people(self):
        clerks = [row for row in self.logins if row["role"] == "school_clerk"]
        rows, lock, queue = [], threading.Lock(), list(clerks)

        def work():
            connection = self.connection()
            while True:
                with lock:
                    if not queue:
                        return
                    clerk = queue.pop()
                found, after = [], ""
                while True:
                    connection.request(
                        "GET",
                        "/api/v1/records/pupil?limit=200" + after,
                        headers={"Authorization": "Bearer " + clerk["token"]},
                    )
                    page = json.loads(connection.getresponse().read())
                    for record in page["records"]:
                        f = record["fields"]
                        found.append(
                            (
                                int(record["id"]),
                                f.get("full_name", ""),
                                f.get("learner_code", ""),
                                f.get("birth_date", ""),
                                clerk["unit_name"],
                            )
                        )
                    if not page.get("next"):
                        break
                    after = "&after=" + quote(page["next"])
                with lock:
                    rows.extend(found)

        threads = [threading.Thread(target=work) for _ in range(3)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        return sorted(set(rows))

    def sign_in(self):
        officer = next(row for row in self.logins if row["role"] == "department_officer")
        connection = self.connection()
        connection.request(
            "POST",
            "/login",
            urlencode({"login": officer["login"], "password": officer["password"]}),
            {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self.port}"},
        )
        answer = connection.getresponse()
        answer.read()
        return answer.getheader("set-cookie").split(";")[0]

    def asker(self, path):
        connection, cookie = self.connection(), self.cookie

        def ask(question):
            connection.request("GET", path + quote(question), headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, (answer.status, path, question)
            return len(body)

        return ask

    def memory(self):
        status = open(f"/proc/{self.process.pid}/status").read()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def end(self):
        self.process.terminate()
        self.process.wait()


class Postgres:
    def __init__(self, scratch):
        self.bin = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.dir = os.path.join(scratch, "pg")
        os.makedirs(self.dir)
        subprocess.run(["chown", "postgres", self.dir], check=True)
        self.run("initdb", "-D", self.dir + "/data", "--no-sync", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        with open(self.dir + "/settings", "w") as f:
            f.write("shared_buffers = 400MB\nwork_mem = 64MB\nlisten_addresses = ''\nmax_wal_size = 4GB\njit = off\n")
        options = f"-k {self.dir} -c config_file={self.dir}/data/postgresql.conf " + " ".join(
            f"-c {line.replace(' = ', '=')}" for line in open(self.dir + "/settings").read().splitlines()
        )
        self.run("pg_ctl", "-D", self.dir + "/data", "-w", "-l", self.dir + "/data/log", "-o", options, "start")

    def take(self, rows):
        db = self.connect()
        c = db.cursor()
        c.execute("CREATE EXTENSION unaccent; CREATE EXTENSION pg_trgm")
        c.execute(
            "CREATE TABLE people (id bigint PRIMARY KEY, name text, code text, born text, school text,"
            " folded text, words tsvector)"
        )
        import io

        # Tabs and backslashes do not occur in generated names.
        file = io.StringIO("".join("\t".join(map(str, row)) + "\n" for row in rows))
        c.copy_from(file, "people", columns=("id", "name", "code", "born", "school"))
        c.execute("UPDATE people SET folded ="
            " translate(unaccent(lower(name || ' ' || code || ' ' || born || ' ' || school)), '/''’-', '    ')")
        c.execute("UPDATE people SET words = to_tsvector('simple', folded)")
        c.execute("CREATE INDEX ON people USING gin (words)")
        c.execute("CREATE INDEX ON people USING gin (folded gin_trgm_ops)")
        c.execute("CREATE INDEX ON people (code text_pattern_ops)")
        db.commit()
        db.autocommit = True
        c.execute("VACUUM (FULL, ANALYZE) people")

    def run(self, program, *arguments):
        subprocess.run(
            ["runuser", "-u", "postgres", "--", f"{self.bin}/{program}", *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )

    def connect(self):
        import psycopg2

        return psycopg2.connect(host=self.dir, user="postgres", dbname="postgres")

    def words(self):
        """Every word as a prefix, all of them; the most alike first."""
        c = self.connect().cursor()

        def ask(question):
            asked = plain(question)
            query = " & ".join(f"'{w}':*" for w in asked.split())
            c.execute("SELECT count(*) FROM people WHERE words @@ to_tsquery('simple', %s)", (query,))
            count = c.fetchone()[0]
            c.execute(
                "SELECT id, name, code, born, school FROM people WHERE words @@ to_tsquery('simple', %s)"
                " ORDER BY similarity(folded, %s) DESC LIMIT 20",
                (query, asked),
            )
            return count, c.fetchall()

        return ask

    def trigrams(self):
        """Alike by three letters: forgives slips. The count would be of everything a little alike."""
        c = self.connect().cursor()

        def ask(question):
            asked = plain(question)
            c.execute(
                "SELECT id, name, code, born, school FROM people WHERE %s <%% folded"
                " ORDER BY word_similarity(%s, folded) DESC LIMIT 20",
                (asked, asked),
            )
            return c.fetchall()

        return ask

    def size(self):
        c = self.connect().cursor()
        c.execute("SELECT pg_indexes_size('people')")
        return c.fetchone()[0] / 1e6

    def end(self):
        self.run("pg_ctl", "-D", self.dir + "/data", "-m", "immediate", "stop")


class Sqlite:
    def __init__(self, scratch, rows):
        self.path = os.path.join(scratch, "people.db")
        db = sqlite3.connect(self.path)
        db.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name, code, born, school, folded)")
        db.executemany(
            "INSERT INTO people VALUES (?,?,?,?,?,?)",
            ((*row, plain(f"{row[1]} {row[2]} {row[3]} {row[4]}")) for row in rows),
        )
        db.execute("CREATE VIRTUAL TABLE people_fts USING fts5(folded, content='people', content_rowid='id', prefix='1 2 3')")
        db.execute("INSERT INTO people_fts (people_fts) VALUES ('rebuild')")
        db.execute("CREATE INDEX people_code ON people (code)")
        db.commit()
        db.execute("ANALYZE")
        db.close()

    def asker(self):
        db = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, check_same_thread=False)

        def ask(question):
            query = " ".join(f'"{w}"*' for w in plain(question).split())
            count = db.execute("SELECT count(*) FROM people_fts WHERE people_fts MATCH ?", (query,)).fetchone()[0]
            best = db.execute(
                "SELECT p.id, name, code, born, school FROM people_fts f JOIN people p ON p.id = f.rowid"
                " WHERE people_fts MATCH ? ORDER BY rank LIMIT 20",
                (query,),
            ).fetchall()
            return count, best

        return ask


class Datasette:
    def __init__(self, scratch, sqlite):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.process = subprocess.Popen(
            [f"{scratch}/venv/bin/datasette", "serve", "-i", sqlite.path, "--port", str(self.port)]
            + ["--setting", "sql_time_limit_ms", "20000"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                assert self.process.poll() is None, "datasette does not start"
                time.sleep(0.2)

    def asker(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

        def ask(question):
            query = " ".join(f'"{w}"*' for w in plain(question).split())
            arguments = {"_search": query, "_searchmode": "raw", "_size": 20, "_nofacet": 1}
            connection.request("GET", "/people/people?" + urlencode(arguments))
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, (answer.status, question)
            return len(body)

        return ask

    def end(self):
        self.process.terminate()
        self.process.wait()


def questions(rows):
    """Half whole names, the rest two last words without marks, codes, names with a date of birth."""
    chance, out = random.Random(1), []
    for _ in range(QUESTIONS):
        _, name, code, born, _ = chance.choice(rows)
        sort = chance.randrange(8)
        if sort < 4:
            out.append(name)
        elif sort < 6:
            out.append(plain(" ".join(name.split()[-2:])))
        elif sort == 6 and code:
            out.append(code)
        else:
            out.append(f"{plain(name)} {born}")
    return out


def measure(what, make, asked, clients=(1, CLIENTS)):
    for n in clients:
        askers, times, lock = [make() for _ in range(n)], [], threading.Lock()
        for ask in askers:
            ask(asked[0])

        def work(k):
            mine = []
            for question in asked[k::n] if n == 1 else random.Random(k).sample(asked, len(asked) // 2):
                start = time.perf_counter()
                askers[k](question)
                mine.append(time.perf_counter() - start)
            with lock:
                times.extend(mine)

        start = time.perf_counter()
        threads = [threading.Thread(target=work, args=(k,)) for k in range(n)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        took = time.perf_counter() - start
        times.sort()
        at = lambda q: times[min(len(times) - 1, int(len(times) * q))] * 1e3
        print(f"{what:<52} {n:>3} {len(times) / took:>9.0f} {at(0.5):>9.2f} {at(0.95):>9.2f} {at(0.99):>9.2f}", flush=True)


def main(program, data, scratch):
    server = Csdlgd(program, data)
    rows = server.people()
    asked = questions(rows)
    server.cookie = server.sign_in()
    print(f"{len(rows):,} people, {QUESTIONS} questions, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print(f"{'':<52} clients  asked/s   p50 ms    p95 ms    p99 ms")
    measure("csdlgd: page of hits, signed in, scope, facets", lambda: server.asker("/search?q="), asked)
    measure("csdlgd: suggestions", lambda: server.asker("/search/suggest?q="), asked)
    print(f"{'csdlgd: memory afterwards, MiB':<52} {server.memory():>12.0f}")
    server.end()
    pg = Postgres(scratch)
    pg.take(rows)
    measure("PostgreSQL: words by prefix, bare SQL", pg.words, asked)
    measure("PostgreSQL: alike by trigrams, no count, bare SQL", pg.trigrams, asked[:60], (1,))
    print(f"{'PostgreSQL: indexes, MB':<52} {pg.size():>12.0f}")
    pg.end()
    sqlite = Sqlite(scratch, rows)
    measure("SQLite FTS5: words by prefix, in the process", sqlite.asker, asked, (1,))
    datasette = Datasette(scratch, sqlite)
    measure("Datasette: page of hits, no sign-in, no scope", datasette.asker, asked[:150], (1,))
    datasette.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
