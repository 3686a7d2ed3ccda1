"""Reads `cargo metadata` and writes a CycloneDX list of what goes into the program: no build tools, no
test libraries. The same input gives the same bytes."""

import json
import sys

metadata = json.load(sys.stdin)
packages = {p["id"]: p for p in metadata["packages"]}
nodes = {n["id"]: n for n in metadata["resolve"]["nodes"]}
inside, waiting = set(), [metadata["resolve"]["root"]]
while waiting:
    at = waiting.pop()
    if at not in inside:
        inside.add(at)
        normal = (d for d in nodes[at]["deps"] if any(k["kind"] is None for k in d["dep_kinds"]))
        waiting.extend(d["pkg"] for d in normal)
inside.remove(metadata["resolve"]["root"])


def component(package):
    name, version = package["name"], package["version"]
    return {
        "type": "library",
        "bom-ref": f"pkg:cargo/{name}@{version}",
        "name": name,
        "version": version,
        "licenses": [{"expression": (package["license"] or "see the source").replace("/", " OR ")}],
        "purl": f"pkg:cargo/{name}@{version}",
        "externalReferences": [{"type": "vcs", "url": package["repository"]}] if package["repository"] else [],
    }


document = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "version": 1,
    "metadata": {"component": {"type": "application", "name": "csdlgd", "version": sys.argv[1]}},
    "components": sorted((component(packages[i]) for i in inside), key=lambda c: (c["name"], c["version"])),
}
json.dump(document, sys.stdout, indent=1, ensure_ascii=False)
sys.stdout.write("\n")
