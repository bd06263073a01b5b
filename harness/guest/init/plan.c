// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plan.c - the file that says what a guest does.
 *
 * One command a line; words are separated by blanks; double quotes hold blanks together, inside
 * them a backslash takes the next character as it is; "#" starts a comment line. Options come
 * before the command: @timeout=SECONDS, @name=NAME, @background. For example
 *
 *	insmod /modules/pasidlab.ko
 *	@timeout=60 @name=churn /bin/churn --threads 2
 *	@background @name=trace /bin/trace
 *	stop trace
 *
 * Hard rule: a line that cannot be read stops the plan: running half a plan would look like
 * success.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int plan_load(const char *path, char **text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return -errno;
	*text = fstat(fd, &st) ? NULL : malloc(st.st_size + 1);
	n = *text ? read(fd, *text, st.st_size) : -1;
	close(fd);
	if (n < 0 || n != st.st_size) {
		free(*text);
		return -EIO;
	}
	(*text)[n] = '\0';
	return 0;
}

/* The next word of a line, unquoted in place; NULL at the line's end. */
static char *next_word(char **cursor)
{
	char *in = *cursor, *out, *word;
	bool quoted = false;

	in += strspn(in, " \t");
	if (!*in)
		return NULL;
	for (word = out = in; *in && (quoted || !strchr(" \t", *in)); in++) {
		if (*in == '"') {
			quoted = !quoted;
			continue;
		}
		if (quoted && *in == '\\' && in[1])
			in++;
		*out++ = *in;
	}
	*cursor = *in ? in + 1 : in;
	*out = '\0';
	return word;
}

static int take_option(struct step *step, char *word)
{
	char *end;

	if (!strcmp(word, "@background")) {
		step->background = true;
	} else if (!strncmp(word, "@name=", 6)) {
		step->name = word + 6;
	} else if (!strncmp(word, "@timeout=", 9)) {
		step->timeout_s = strtoul(word + 9, &end, 10);
		if (*end)
			return -EINVAL;
	} else {
		return -EINVAL;
	}
	return 0;
}

static int parse_line(char *line, struct step *step)
{
	int words = 0;
	char *word;

	memset(step, 0, sizeof(*step));
	while ((word = next_word(&line))) {
		if (!words && word[0] == '@') {
			if (take_option(step, word))
				return -EINVAL;
		} else if (words == MAX_WORDS) {
			return -E2BIG;
		} else {
			step->argv[words++] = word;
		}
	}
	if (!words)
		return -EINVAL;
	if (!step->timeout_s)
		step->timeout_s = DEFAULT_TIMEOUT_S;
	if (!step->name)
		step->name = strrchr(step->argv[0], '/') ? strrchr(step->argv[0], '/') + 1 :
			     step->argv[0];
	return 0;
}

/* 1: a step; 0: the plan's end; negative: a line that makes no sense. */
int plan_next(char **cursor, struct step *step)
{
	char *line;
	int err;

	while ((line = strsep(cursor, "\n"))) {
		if (!line[strspn(line, " \t")] || line[0] == '#')
			continue;
		err = parse_line(line, step);
		return err ? err : 1;
	}
	return 0;
}
