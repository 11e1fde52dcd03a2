// SPDX-License-Identifier: Apache-2.0
// The process's code in memory. See code_pages.h.
#include "base/code_pages.h"

#ifdef __linux__
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

// Its code was patched when it was loaded: those pages are not what the file holds.
static bool has_patched_code(const struct dl_phdr_info *object) {
	for (unsigned i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &object->dlpi_phdr[i];
		if (header->p_type != PT_DYNAMIC)
			continue;
		for (const ElfW(Dyn) *entry = (const void *)(object->dlpi_addr + header->p_vaddr); entry->d_tag != DT_NULL; entry++)
			if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0))
				return true;
	}
	return false;
}

static int release_object(struct dl_phdr_info *object, size_t size, void *context) {
	(void)size;
	uintptr_t page = *(const uintptr_t *)context;
	for (unsigned i = 0; !has_patched_code(object) && i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &object->dlpi_phdr[i];
		if (header->p_type != PT_LOAD || (header->p_flags & PF_W) != 0)
			continue;
		uintptr_t start = (object->dlpi_addr + header->p_vaddr) & ~(page - 1);
		uintptr_t end = (object->dlpi_addr + header->p_vaddr + header->p_filesz + page - 1) & ~(page - 1);
		madvise((void *)start, end - start, MADV_DONTNEED); // what cannot be dropped (locked, the kernel's own) stays
	}
	return 0;
}

void code_pages_release(void) {
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	dl_iterate_phdr(release_object, &page);
}
#else
void code_pages_release(void) {
}
#endif
