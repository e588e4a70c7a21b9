/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that is there or the process ends.
 *
 * The texts that these programs read are bounded (megabytes), so a failing allocation means a
 * machine beyond repair from here; an unwinding path that no test can reach would only hide
 * errors. Ending is safe: the kernel keeps enforcing the policy that it holds.
 */
#ifndef SLUICE_LIB_MEMORY_H
#define SLUICE_LIB_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

/**
 * sluice_allocate() - zeroed memory
 * @count: number of elements
 * @size: size of one, in bytes
 *
 * Return: memory for free(); never NULL, the process aborts instead.
 */
void *sluice_allocate(size_t count, size_t size);

/**
 * sluice_grow() - make room for one more element behind @count
 * @array: NULL or what an earlier call returned
 * @count: elements in use; the array must only ever have grown one by one through this function
 * @size: size of one, in bytes
 *
 * The capacity is the next power of two, so it need not be stored.
 *
 * Return: the array, possibly moved.
 */
void *sluice_grow(void *array, size_t count, size_t size);

/**
 * sluice_resize() - make an array larger
 * @array: NULL or memory for free(); moved
 * @count: number of elements from now on
 * @size: size of one, in bytes
 *
 * Return: the array; what is new in it is not zeroed.
 */
void *sluice_resize(void *array, size_t count, size_t size);

/**
 * sluice_copy_text() - duplicate a string
 * @text: terminated string
 *
 * Return: memory for free().
 */
char *sluice_copy_text(const char *text);

/**
 * sluice_format() - printf into fresh memory
 * @format: printf format
 *
 * Return: memory for free().
 */
char *sluice_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * sluice_vformat() - vprintf into fresh memory
 * @format: printf format
 * @arguments: its arguments
 *
 * Return: memory for free().
 */
char *sluice_vformat(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

#endif
