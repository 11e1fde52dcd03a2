// SPDX-License-Identifier: Apache-2.0
// Heap memory that is always had: running out aborts with one line on stderr (every input has a limit instead).
#pragma once
#include <stddef.h>

#include "base/str.h"

// Each result is freed with free(). A size of 0 gives a valid pointer. Any thread.
void *mem_alloc(size_t size);                                  // uninitialised
void *mem_zalloc(size_t size);                                 // zeroed
void *mem_realloc(void *old, size_t size);                     // old may be NULL
void *mem_realloc_array(void *old, size_t count, size_t size); // aborts on overflow of count * size
void *mem_dup(const void *data, size_t size);
char *mem_dup_cstr(const char *text); // text may be NULL: then NULL

// A slice that owns its bytes, freed by mem_free_str.
struct str mem_dup_str(struct str text);
void mem_free_str(struct str owned);

// For whoever is about to allocate many small blocks, `bytes` in all (for 96 KB at most). The allocator makes the heap of a thread
// larger a page at a time, with a system call for each; for one block it does so once, and what is free again it keeps. Costs no memory by itself.
void mem_make_room(size_t bytes);

// From now on blocks of 128 KB and more go back to the kernel as they are freed; the allocator would raise that bound with the largest one it has
// seen and leave holes of that size between what stays. For a program that runs for long; before its threads start.
void mem_return_large_blocks(void);

#define MEM_NEW(type) ((type *)mem_zalloc(sizeof(type)))
