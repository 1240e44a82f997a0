/*
 * graph: a placed topology as something to look at.
 */
#ifndef TAU_CORE_PLAN_GRAPH_H
#define TAU_CORE_PLAN_GRAPH_H

#include "core/plan/placement.h"
#include "core/text/text.h"

/* Lines for a terminal, each branch of the data below where it leaves. */
void graph_tree(const struct placement *placement, struct text *text);

/* For Graphviz: nodes as clusters, operators as boxes with their ports. */
void graph_dot(const struct placement *placement, struct text *text);

/* For Mermaid, which many web pages render. */
void graph_mermaid(const struct placement *placement, struct text *text);

/* For programs: {"topology", "nodes": [], "operators": [], "streams": []};
 * secrets are "***". */
void graph_json(const struct placement *placement, struct text *text);

#endif
