"""Each line of text becomes a line of JSON: its number and how many words it has."""
import json
import sys

for number, line in enumerate(sys.stdin, 1):
    print(json.dumps({"line": number, "words": len(line.split())}), flush=True)
