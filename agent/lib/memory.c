// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that is there or the process ends; see memory.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

static void *there(void *memory)
{
	if (memory)
		return memory;
	fputs("out of memory\n", stderr);
	abort();
}

void *sluice_allocate(size_t count, size_t size)
{
	return there(calloc(count ? count : 1, size ? size : 1));
}

void *sluice_grow(void *array, size_t count, size_t size)
{
	/* Full exactly when the count is a power of two (or nothing is there yet). */
	if (count & (count - 1))
		return array;
	return there(reallocarray(array, count ? count * 2 : 1, size));
}

void *sluice_resize(void *array, size_t count, size_t size)
{
	return there(reallocarray(array, count, size));
}

char *sluice_copy_text(const char *text)
{
	return there(strdup(text));
}

char *sluice_vformat(const char *format, va_list arguments)
{
	char *text = NULL;

	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	return there(text);
}

char *sluice_format(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = sluice_vformat(format, arguments);
	va_end(arguments);
	return text;
}
