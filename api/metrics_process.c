// SPDX-License-Identifier: Apache-2.0
// What /metrics says of the process, under the names Prometheus' client libraries give it: dashboards and alerts about file descriptors
// and memory are written for these. See metrics_text.h.
#include "api/metrics_text.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

// In pages: the whole address space, and what is in memory of it.
struct page_counts {
	long virtual_size, resident;
};

static struct page_counts page_counts_read(void) {
	struct page_counts pages = { 0, 0 };
	autoclose FILE *in = fopen("/proc/self/statm", "re");
	if (in == NULL || fscanf(in, "%ld %ld", &pages.virtual_size, &pages.resident) != 2)
		return (struct page_counts){ 0, 0 };
	return pages;
}

// The one that counts is not counted.
static double open_descriptors(void) {
	DIR *listing = opendir("/proc/self/fd");
	if (listing == NULL)
		return 0;
	size_t count = 0;
	for (const struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing))
		count += entry->d_name[0] != '.';
	closedir(listing);
	return count == 0 ? 0 : (double)(count - 1);
}

// Where there is none, RLIM_INFINITY: 2^64 as a double, which is what client libraries say too.
static double soft_limit(int resource) {
	struct rlimit limit;
	return getrlimit(resource, &limit) == 0 ? (double)limit.rlim_cur : 0;
}

void metrics_of_process(wall_ms started_at, struct buf *out) {
	struct page_counts pages = page_counts_read();
	double page = (double)sysconf(_SC_PAGESIZE);
	metric_plain(out, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", (double)pages.resident * page);
	metric_plain(out, "process_virtual_memory_bytes", "gauge", "Virtual memory size in bytes.", (double)pages.virtual_size * page);
	metric_plain(out, "process_virtual_memory_max_bytes", "gauge", "Maximum amount of virtual memory available in bytes.", soft_limit(RLIMIT_AS));
	metric_plain(out, "process_open_fds", "gauge", "Number of open file descriptors.", open_descriptors());
	metric_plain(out, "process_max_fds", "gauge", "Maximum number of open file descriptors.", soft_limit(RLIMIT_NOFILE));
	metric_plain(out, "process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.", (double)started_at / 1000);
	metric_plain(out, "process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.", (double)clock_cpu_ns() / 1e9);
}
