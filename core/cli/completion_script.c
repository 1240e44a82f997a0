/* completion_script: see completion.h. Nothing in them names a command of ours:
 * they pass the line on and show what is answered. */
#include "core/cli/completion.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */
static const char bash[] =
"# bash completion for tau; written by: tau completion bash\n"
"_tau() {\n"
"	local line word=${COMP_WORDS[COMP_CWORD]}\n"
"	[ \"$word\" != = ] || word=\n"
"	COMPREPLY=()\n"
"	while IFS=$'\\t' read -r line _; do\n"
"		case $line in\n"
"		/files | /folders)\n"
"			compopt -o filenames 2>/dev/null\n"
"			case $line in /files) line=-f ;; *) line=-d ;; esac\n"
"			while IFS= read -r line; do\n"
"				COMPREPLY+=(\"$line\")\n"
"			done < <(compgen \"$line\" -- \"$word\")\n"
"			;;\n"
"		*) COMPREPLY+=(\"$line\") ;;\n"
"		esac\n"
"	done < <(\"${COMP_WORDS[0]}\" completion --words \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\n"
"}\n"
"complete -F _tau tau\n";

static const char zsh[] =
"#compdef tau\n"
"# zsh completion for tau; written by: tau completion zsh\n"
"_tau() {\n"
"	local line\n"
"	local -a found\n"
"	for line in ${(f)\"$($words[1] completion --words \"${(@)words[2,CURRENT]}\" 2>/dev/null)\"}; do\n"
"		case $line in\n"
"		/files) _files ;;\n"
"		/folders) _files -/ ;;\n"
"		*) found+=(\"${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}\") ;;\n"
"		esac\n"
"	done\n"
"	(( ! $#found )) || _describe tau found\n"
"}\n"
"if [ \"$funcstack[1]\" = _tau ]; then _tau \"$@\"; else compdef _tau tau; fi\n";

static const char fish[] =
"# fish completion for tau; written by: tau completion fish\n"
"function __tau_complete\n"
"	set -l line (commandline -opc)\n"
"	for found in ($line[1] completion --words $line[2..-1] (commandline -ct) 2>/dev/null)\n"
"		switch $found\n"
"			case /files\n"
"				__fish_complete_path (commandline -ct)\n"
"			case /folders\n"
"				__fish_complete_directories (commandline -ct)\n"
"			case '*'\n"
"				printf '%s\\n' $found\n"
"		end\n"
"	end\n"
"end\n"
"complete -c tau -f -a '(__tau_complete)'\n";
/* clang-format on */

const char *completion_script(const char *shell)
{
	static const struct {
		const char *shell, *script;
	} scripts[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
		if (strcmp(scripts[i].shell, shell) == 0)
			return scripts[i].script;
	return NULL;
}
