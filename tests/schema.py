"""schema.py SCHEMA REFUSED KEYS MANIFEST...: asks a validator that is not ours.

Each MANIFEST must be valid; files that are none, since they have no nodes, are
left out. Each one that the file REFUSED names, in the folder manifests/ beside
it, must not be. KEYS is what the program says which keys each object takes; the
schema must name the same.
"""
import json
import pathlib
import re
import sys

import jsonschema

LARGE_BYTES = 8000  # beyond, a manifest tests bounds, and takes long here

schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
failed = 0


def fail(*words):
    global failed
    failed += 1
    print("schema:", *words)


def fault_of(path):
    return next(validator.iter_errors(json.load(open(path))), None)


def check_good(paths):
    paths = [path for path in paths if "nodes" in json.load(open(path))]
    for path in paths:
        fault = fault_of(path)
        if fault:
            fail(path, "is valid, but refused:", fault.message)
    if len(paths) < 8:
        fail("only", len(paths), "good manifests")


def check_refused(listed):
    wanted = set(listed.read_text().split())
    seen = set()
    for path in sorted(listed.parent.glob("manifests/*.json")):
        try:
            if path.stat().st_size < LARGE_BYTES and fault_of(path):
                seen.add(path.stem)
        except ValueError:
            pass  # no JSON: the parser's to say
    for name in wanted - seen:
        fail(name, "is refused no more")
    if len(wanted) < 90:
        fail("only", len(wanted), "that are refused")


def check_keys(said):
    defs = schema["$defs"]
    objects = {
        "the manifest": schema,
        "the defaults": schema["properties"]["defaults"],
        "the defaults of streams": defs["stream_defaults"],
        "the defaults of nodes": defs["node_defaults"],
        "a variable": defs["variable"],
        "a plugin": defs["plugin"],
        "a node": defs["node"],
        "an operator": defs["operator"],
        "a port": defs["ports"]["items"],
        "a stream": defs["stream"]["anyOf"][1],
        "a back stream": defs["back"]["anyOf"][1],
        '"restart"': defs["restart"],
        '"watchdog"': defs["watchdog"],
        '"limits"': defs["limits"],
    }
    for what, keys in re.findall(
        r'unknown key "\?" in (.*?), which takes (.*)', said
    ):
        takes = set(re.split(", | and ", keys))
        knows = set(objects.pop(what)["properties"])
        if takes != knows:
            fail(what, "takes", takes ^ knows, "in one of both only")
    if objects:
        fail("the program said nothing of", list(objects))


def check_foreign():
    """Types of other plugins: not those of ours, each of which is named once."""
    foreign = schema["$defs"]["operator_type"]["anyOf"][-1]
    takes = jsonschema.Draft202012Validator(foreign).is_valid
    for kind, right in {"acme.x.y": True, "cuont": False, "file.raed": False,
                        "files.read": True, "tau-x.y": False}.items():
        if takes(kind) != right:
            fail(kind, "as a type of another plugin")
    words = re.findall(r"[(|]([a-z-]+)", foreign["not"]["pattern"])
    if len(words) < 10 or len(words) != len(set(words)):
        fail("types are named twice:", words)


check_good(sys.argv[4:])
check_foreign()
check_refused(pathlib.Path(sys.argv[2]))
check_keys(open(sys.argv[3]).read())
if not failed:
    print("schema: what it takes, refuses and names is right")
sys.exit(failed != 0)
