// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kvm.c - does KVM work here, and does it run code or merely imitate it?
 *
 * A /dev/kvm that opens says little: inside containers and nested machines it may refuse a machine,
 * or grant one whose every instruction is emulated in software (a paravirtual nested KVM does), on
 * which a stock kernel seems to hang. So a machine of one page is made and a loop of 65,536 turns
 * is run on it: a processor needs well under a millisecond of CPU time, an emulator a hundred times
 * that.
 *
 * Hard rule: the answer costs at most a fraction of a second and leaves nothing open.
 */
#include "guest.h"

#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PROBE_LIMIT_NS	20000000

struct probe {
	int kvm;
	int vm;
	int vcpu;
	void *page;		/* the machine's memory */
	struct kvm_run *run;
	int run_size;
};

static bool open_machine(struct probe *p)
{
	p->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (p->kvm < 0 || ioctl(p->kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
		return false;
	p->vm = ioctl(p->kvm, KVM_CREATE_VM, 0);
	p->vcpu = p->vm < 0 ? -1 : ioctl(p->vm, KVM_CREATE_VCPU, 0);
	return p->vcpu >= 0;
}

static void close_machine(struct probe *p)
{
	if (p->run != MAP_FAILED)
		munmap(p->run, p->run_size);
	if (p->vcpu >= 0)
		close(p->vcpu);
	if (p->vm >= 0)
		close(p->vm);
	if (p->kvm >= 0)
		close(p->kvm);
	if (p->page != MAP_FAILED)
		munmap(p->page, 4096);
}

#ifdef __x86_64__
/* Real mode: xor cx, cx; loop to itself until cx is 0 again; out 0x80, al leaves the machine. */
static const unsigned char turns[] = { 0x31, 0xc9, 0xe2, 0xfe, 0xe6, 0x80 };

static bool load_machine(struct probe *p)
{
	struct kvm_userspace_memory_region memory = { .guest_phys_addr = 0x1000,
						      .memory_size = 4096 };
	struct kvm_regs regs = { .rip = 0x1000, .rflags = 2 };
	struct kvm_sregs sregs;

	p->page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	p->run_size = ioctl(p->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	p->run = mmap(NULL, p->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, p->vcpu, 0);
	if (p->page == MAP_FAILED || p->run == MAP_FAILED)
		return false;
	memcpy(p->page, turns, sizeof(turns));
	memory.userspace_addr = (uintptr_t)p->page;
	if (ioctl(p->vm, KVM_SET_USER_MEMORY_REGION, &memory) ||
	    ioctl(p->vcpu, KVM_GET_SREGS, &sregs))
		return false;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	return !ioctl(p->vcpu, KVM_SET_SREGS, &sregs) && !ioctl(p->vcpu, KVM_SET_REGS, &regs);
}

static int64_t cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static bool runs_code(struct probe *p)
{
	int64_t start = cpu_ns();

	return load_machine(p) && !ioctl(p->vcpu, KVM_RUN, 0) &&
	       p->run->exit_reason == KVM_EXIT_IO && cpu_ns() - start < PROBE_LIMIT_NS;
}
#else
/* Elsewhere there is no imitation to be told apart: a machine that can be made is one that runs. */
static bool runs_code(struct probe *p)
{
	return p->vcpu >= 0;
}
#endif

bool pl_guest_kvm_works(void)
{
	struct probe p = { -1, -1, -1, MAP_FAILED, MAP_FAILED, 0 };
	bool works = open_machine(&p) && runs_code(&p);

	close_machine(&p);
	return works;
}
