/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace_cmd.h - the entry of "pasidlab trace", for the command's table of sub-commands.
 */
#ifndef PASIDLAB_BPF_TRACE_CMD_H
#define PASIDLAB_BPF_TRACE_CMD_H

/**
 * pl_cmd_trace() - run the tracer until it is told to stop
 * @argc: words, the sub-command's name included
 * @argv: the words; argv[0] is replaced
 *
 * Exits by itself on wrong arguments (2) and for --help (0).
 *
 * Return: exit status; trace.c lists them.
 */
int pl_cmd_trace(int argc, char **argv);

#endif /* PASIDLAB_BPF_TRACE_CMD_H */
