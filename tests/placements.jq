# placements: a manifest dealt out to other nodes and over other transports.
# Nodes that are programs of their own (command, remote) stay as they are.

def name: sub("[.\\[].*$"; "");

# Every stream with a "from" and a "to", one each.
def edges:
	.streams[]
	| if type == "string" then {chain: .} else . end
	| if .chain then
		(.chain | split("->") | map(gsub("^ +| +$"; ""))) as $ends
		| range($ends | length - 1) as $i
		| del(.chain) + {from: $ends[$i], to: $ends[$i + 1]}
	  else . end;

def programs: .nodes | with_entries(select(.value.operators | not));
def operators: [.nodes[].operators // {}] | add;

# Which operators stand beside a program: it has one neighbour, so they stay
# together.
def beside:
	(programs | keys) as $programs
	| [edges | [(.from | name), (.to | name)]
		| if IN(.[0]; $programs[]) then .[1]
		  elif IN(.[1]; $programs[]) then .[0] else empty end] | unique;

# The same topology in $count nodes.
def deal($count):
	. as $whole | operators as $all | beside as $beside
	| ($all | keys_unsorted) as $names
	| (reduce range($names | length) as $i (programs;
		$names[$i] as $name
		| (if IN($name; $beside[]) then $count - 1 else $i % $count end) as $node
		| .["n\($node)"].operators[$name] = $all[$name])) as $nodes
	| $whole | .nodes = $nodes;

# Which node each name belongs to.
def node_of:
	[.nodes | to_entries[] | .key as $node
		| if .value.operators then .value.operators | keys[] else $node end
		| {key: ., value: $node}] | from_entries;

# Every stream between two nodes of ours goes over $transport, but for fds.
def over($transport):
	node_of as $node_of | (programs | keys) as $programs
	| [edges | [$node_of[.from | name], $node_of[.to | name]] as $ends
		| if $ends[0] != $ends[1] and ($ends - $programs == $ends) and (.fds | not)
		  then .transport = $transport else . end] as $streams
	| .streams = $streams;

# What variables name: "read" or "write", of the operators that read and write
# files.
def paths:
	operators[] | select(.type == "file.read" or .type == "file.write")
	| [(.type | sub("^file."; "")), (.params.path | capture("^\\$\\{(?<v>.*)\\}$").v)]
	| join(" ");
def required: .vars[$name].required // false;
