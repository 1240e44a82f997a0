/*
 * completion: the scripts by which shells ask this program what may stand next
 * in a line; what they ask is in completion.c.
 */
#ifndef TAU_CORE_CLI_COMPLETION_H
#define TAU_CORE_CLI_COMPLETION_H

/* For "bash", "zsh" or "fish", else NULL. */
const char *completion_script(const char *shell);

#endif
