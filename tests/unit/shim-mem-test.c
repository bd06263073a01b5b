// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shim-mem-test.c - pages, slabs, injected failures, pins, user copies.
 *
 * What must stop a program is tried in a child process, which has to end by
 * abort().  The arena is checked by a run of random allocations of all orders in
 * which each block's contents, its alignment, and the live map are looked at.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include <asm/cacheflush.h>
#include <linux/array_size.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/poison.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "shim.h"

#if SHIM_ASAN
#include <sanitizer/asan_interface.h>
#endif

static u64 seed = 0x9e3779b97f4a7c15ull;

static u64 next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Does @wrong stop the program? */
static bool aborts(void (*wrong)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		signal(SIGABRT, SIG_DFL);
		dup2(open("/dev/null", O_WRONLY), 2);
		wrong();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) == SIGABRT : WEXITSTATUS(status) != 0;
}

/*
 * Pages
 */

static void page_addresses(void **state)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 3);
	char *va = page_address(page);
	phys_addr_t pa = page_to_phys(page);

	(void)state;
	assert_true(pa >= SHIM_PHYS_BASE);
	assert_int_not_equal(pa, (unsigned long)va);
	assert_int_equal(virt_to_phys(va + 5), pa + 5);
	assert_ptr_equal(phys_to_virt(pa + 5), va + 5);
	assert_ptr_equal(__va(__pa(va)), va);
	assert_ptr_equal(virt_to_page(va + PAGE_SIZE), page + 1);
	assert_ptr_equal(phys_to_page(pa), page);
	assert_ptr_equal(pfn_to_page(page_to_pfn(page)), page);
	assert_int_equal(PFN_PHYS(page_to_pfn(page)), pa);
	assert_true(pfn_valid(page_to_pfn(page)));
	assert_false(pfn_valid(0));
	assert_int_equal(get_order(1), 0);
	assert_int_equal(get_order(PAGE_SIZE), 0);
	assert_int_equal(get_order(PAGE_SIZE + 1), 1);
	assert_int_equal(get_order(PAGE_SIZE * 8), 3);
	__free_pages(page, 3);
}

static void page_live_map(void **state)
{
	unsigned long va = __get_free_pages(GFP_KERNEL, 2);
	phys_addr_t pa = virt_to_phys((void *)va);

	(void)state;
	assert_true(shim_phys_live(pa, 1));
	assert_true(shim_phys_live(pa, 4 * PAGE_SIZE));
	assert_true(shim_phys_live(pa + 4 * PAGE_SIZE - 1, 1));
	assert_false(shim_phys_live(pa, 0));
	assert_false(shim_phys_live(0, 1));
	assert_false(shim_phys_live(SHIM_PHYS_BASE - 1, 2));
	assert_false(shim_phys_live(pa, ~0ul));
	assert_false(shim_phys_live(~0ull, 1));
	free_pages(va, 2);
	assert_false(shim_phys_live(pa, 1));
	assert_false(shim_phys_live(pa + PAGE_SIZE, PAGE_SIZE));
}

struct block {
	char *va;
	unsigned int order;
	u64 mark;
};

static void block_fill(struct block *b)
{
	b->order = next_random() % 8 ? next_random() % 3 : next_random() % 11;
	b->va = (char *)__get_free_pages(b->order & 1 ? GFP_KERNEL : GFP_KERNEL | __GFP_ZERO,
					 b->order);
	assert_true(IS_ALIGNED(virt_to_phys(b->va), PAGE_SIZE << b->order));
	assert_true(IS_ALIGNED((unsigned long)b->va, PAGE_SIZE << b->order));
	if (!(b->order & 1)) {
		assert_int_equal(b->va[0], 0);
		assert_int_equal(b->va[(PAGE_SIZE << b->order) - 1], 0);
	}
	b->mark = next_random();
	memcpy(b->va, &b->mark, 8);
	memcpy(b->va + (PAGE_SIZE << b->order) - 8, &b->mark, 8);
}

static void block_drop(struct block *b)
{
	assert_memory_equal(b->va, &b->mark, 8);
	assert_memory_equal(b->va + (PAGE_SIZE << b->order) - 8, &b->mark, 8);
	assert_true(shim_phys_live(virt_to_phys(b->va), PAGE_SIZE << b->order));
	free_pages((unsigned long)b->va, b->order);
	assert_false(shim_phys_live(virt_to_phys(b->va), 1));
	b->va = NULL;
}

static void page_blocks(void **state)
{
	static struct block blocks[300];
	long live = shim_pages_live(), want = 0;
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		struct block *b = &blocks[next_random() % ARRAY_SIZE(blocks)];

		if (b->va) {
			want -= 1l << b->order;
			block_drop(b);
		} else {
			block_fill(b);
			want += 1l << b->order;
		}
		assert_int_equal(shim_pages_live() - live, want);
	}
	for (i = 0; i < (int)ARRAY_SIZE(blocks); i++)
		if (blocks[i].va)
			block_drop(&blocks[i]);
	assert_int_equal(shim_pages_live(), live);
}

/* A freed page is not the next one allocated, unless a benchmark wants it so. */
static void page_quarantine(void **state)
{
	unsigned long keep = shim_quarantine_pages, a, b;
	int i;

	(void)state;
	a = get_zeroed_page(GFP_KERNEL);
	free_page(a);
	for (i = 0; i < 100; i++) {
		b = get_zeroed_page(GFP_KERNEL);
		assert_int_not_equal(a, b);
		free_page(b);
	}
	shim_quarantine_pages = 0;
	a = get_zeroed_page(GFP_KERNEL);
	free_page(a);
	b = get_zeroed_page(GFP_KERNEL);
	assert_int_equal(a, b);
	free_page(b);
	shim_quarantine_pages = keep;
}

static void page_poison(void **state)
{
	unsigned char *p = (unsigned char *)get_zeroed_page(GFP_KERNEL);

	(void)state;
	free_page((unsigned long)p);
#if SHIM_ASAN
	assert_true(__asan_address_is_poisoned(p));
	assert_true(__asan_address_is_poisoned(p + PAGE_SIZE - 1));
#else
	assert_int_equal(p[0], POISON_FREE);
	assert_int_equal(p[PAGE_SIZE - 1], POISON_FREE);
#endif
}

static void wrong_write_after_free(void)
{
	volatile char *p = (char *)get_zeroed_page(GFP_KERNEL);
	unsigned long i;

	free_page((unsigned long)p);
	p[100] = 1;
	for (i = 0; i < 2 * shim_quarantine_pages; i++)
		free_page(get_zeroed_page(GFP_KERNEL));
}

static void wrong_page_twice(void)
{
	unsigned long p = get_zeroed_page(GFP_KERNEL);

	free_page(p);
	free_page(p);
}

static void wrong_order(void)
{
	free_pages(__get_free_pages(GFP_KERNEL, 1), 0);
}

static void wrong_slab_phys(void)
{
	virt_to_phys(kmalloc(64, GFP_KERNEL));
}

static void wrong_stack_phys(void)
{
	int here = 0;

	virt_to_phys(&here);
}

static void wrong_phys(void)
{
	phys_to_virt(0x1000);
}

static void page_wrongs(void **state)
{
	(void)state;
	assert_true(aborts(wrong_write_after_free));
	assert_true(aborts(wrong_page_twice));
	assert_true(aborts(wrong_order));
	assert_true(aborts(wrong_slab_phys));
	assert_true(aborts(wrong_stack_phys));
	assert_true(aborts(wrong_phys));
}

static void page_references(void **state)
{
	struct page *page = alloc_page(GFP_KERNEL);
	phys_addr_t pa = page_to_phys(page);
	char *exact;

	(void)state;
	get_page(page);
	__free_page(page);
	assert_true(shim_phys_live(pa, PAGE_SIZE));
	put_page(page);
	assert_false(shim_phys_live(pa, PAGE_SIZE));
	exact = alloc_pages_exact(5 * PAGE_SIZE, GFP_KERNEL);
	assert_true(shim_phys_live(virt_to_phys(exact), 5 * PAGE_SIZE));
	assert_false(shim_phys_live(virt_to_phys(exact) + 5 * PAGE_SIZE, 1));
	free_pages_exact(exact, 5 * PAGE_SIZE);
	assert_null(alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER + 1));
}

/*
 * Slabs
 */

static void slab_bytes(void **state)
{
	static const struct {
		size_t size, costs;
	} cases[] = {
		{ 1, 8 }, { 8, 8 }, { 9, 16 }, { 33, 64 }, { 65, 96 }, { 97, 128 }, { 129, 192 },
		{ 193, 256 }, { 257, 512 }, { 4097, 8192 }, { 8193, 16384 }, { 20000, 32768 },
	};
	long live = shim_alloc_live(), bytes = shim_alloc_bytes();
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		void *p = kmalloc(cases[i].size, GFP_KERNEL);

		assert_int_equal(shim_alloc_bytes() - bytes, cases[i].costs);
		assert_int_equal(shim_alloc_live() - live, 1);
		assert_true(ksize(p) >= cases[i].size);
		memset(p, 1, cases[i].size);
		kfree(p);
		assert_int_equal(shim_alloc_bytes(), bytes);
	}
}

static void slab_contents(void **state)
{
	unsigned char *p[200] = { 0 };
	size_t size[200], i, j;
	int step;

	(void)state;
	for (step = 0; step < 20000; step++) {
		i = next_random() % 200;
		if (!p[i]) {
			size[i] = 1 + next_random() % (next_random() % 16 ? 300 : 20000);
			p[i] = kzalloc(size[i], GFP_KERNEL);
			for (j = 0; j < size[i]; j++)
				assert_int_equal(p[i][j], 0);
			memset(p[i], i + 1, size[i]);
		} else {
			assert_int_equal(p[i][0], i + 1);
			assert_int_equal(p[i][size[i] - 1], i + 1);
			kfree(p[i]);
			p[i] = NULL;
		}
	}
	for (i = 0; i < 200; i++)
		kfree(p[i]);
}

static void slab_edges(void **state)
{
	char *p;

	(void)state;
	kfree(NULL);
	p = kmalloc(0, GFP_KERNEL);
	assert_true(ZERO_OR_NULL_PTR(p));
	kfree(p);
	assert_null(kcalloc(SIZE_MAX / 2, 3, GFP_KERNEL));
	assert_null(kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN));
	p = kvzalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL);
	assert_int_equal(p[KMALLOC_MAX_SIZE], 0);
	kvfree(p);
	p = krealloc(NULL, 10, GFP_KERNEL);
	strcpy(p, "pasid");
	p = krealloc(p, 5000, GFP_KERNEL);
	assert_string_equal(p, "pasid");
	shim_fail_nth(1);
	assert_null(krealloc(p, 9000, GFP_KERNEL));
	assert_string_equal(p, "pasid");
	kfree_sensitive(p);
	p = vmalloc(100000);
	assert_true(PAGE_ALIGNED(p));
	vfree(p);
}

struct thing {
	u64 a[5];
};

static void slab_cache(void **state)
{
	struct kmem_cache *c = KMEM_CACHE(thing, SLAB_HWCACHE_ALIGN);
	long live = shim_alloc_live(), bytes = shim_alloc_bytes();
	struct thing *t = kmem_cache_zalloc(c, GFP_KERNEL);

	(void)state;
	assert_true(IS_ALIGNED((unsigned long)t, 64));
	assert_int_equal(t->a[4], 0);
	assert_int_equal(shim_alloc_live(), live + 1);
	assert_int_equal(shim_alloc_bytes(), bytes + 64);
	kmem_cache_free(c, t);
	kmem_cache_destroy(c);
	assert_int_equal(shim_alloc_bytes(), bytes);
}

static void wrong_object_twice(void)
{
	void *volatile p = kmalloc(40, GFP_KERNEL);

	kfree(p);
	kfree(p);
}

static void wrong_object(void)
{
	char *p = kmalloc(40, GFP_KERNEL);
	char *volatile inside = p + 8;

	kfree(inside);
}

static void wrong_cache_in_use(void)
{
	struct kmem_cache *c = KMEM_CACHE(thing, 0);

	if (kmem_cache_alloc(c, GFP_KERNEL))
		kmem_cache_destroy(c);
}

static void wrong_context_lock(void)
{
	DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	kfree(kmalloc(8, GFP_ATOMIC));
	kfree(kmalloc(8, GFP_KERNEL));
}

static void wrong_context_rcu(void)
{
	rcu_read_lock();
	free_page(get_zeroed_page(GFP_KERNEL));
}

static void slab_wrongs(void **state)
{
	(void)state;
	assert_true(aborts(wrong_object_twice));
	assert_true(aborts(wrong_object));
	assert_true(aborts(wrong_cache_in_use));
	assert_true(aborts(wrong_context_lock));
	assert_true(aborts(wrong_context_rcu));
}

/*
 * Injected failures
 */

static void fail_nth(void **state)
{
	unsigned long count = shim_alloc_count();
	void *p, *q;

	(void)state;
	shim_fail_nth(3);
	p = kmalloc(8, GFP_KERNEL);
	q = (void *)get_zeroed_page(GFP_KERNEL);
	assert_non_null(p);
	assert_non_null(q);
	assert_false(shim_fail_fired());
	kfree(kmalloc(8, GFP_KERNEL | __GFP_NOFAIL));
	assert_false(shim_fail_fired());
	assert_null(kmalloc(8, GFP_KERNEL));
	assert_true(shim_fail_fired());
	kfree(kmalloc(8, GFP_ATOMIC));
	assert_int_equal(shim_alloc_count() - count, 5);
	shim_fail_reset();
	assert_false(shim_fail_fired());
	kfree(p);
	free_page((unsigned long)q);
}

/*
 * User memory
 */

static void user_pins(void **state)
{
	char *user = shim_user_alloc(5 * PAGE_SIZE, 1);
	unsigned long at = (unsigned long)user;
	struct page *pages[8];
	phys_addr_t pa;

	(void)state;
	assert_int_equal(pin_user_pages_fast(at + 7, 3, FOLL_WRITE, pages), 3);
	assert_ptr_equal(page_address(pages[2]), user + 2 * PAGE_SIZE);
	assert_int_equal(shim_pinned_pages(), 3);
	unpin_user_pages(pages, 3);
	assert_int_equal(pin_user_pages_fast(at + 3 * PAGE_SIZE, 4, 0, pages), 2);
	unpin_user_page(pages[0]);
	pa = page_to_phys(pages[1]);
	shim_user_free(user);
	assert_int_equal(shim_user_pages_live(), 1);
	assert_true(shim_phys_live(pa, PAGE_SIZE));
	assert_int_equal(pin_user_pages_fast(at + 4 * PAGE_SIZE, 1, 0, &pages[2]), -EFAULT);
	unpin_user_pages_dirty_lock(&pages[1], 1, true);
	assert_false(shim_phys_live(pa, PAGE_SIZE));
	assert_int_equal(shim_pinned_pages(), 0);
	assert_int_equal(shim_user_pages_live(), 0);
}

static void user_pin_failures(void **state)
{
	char *user = shim_user_alloc(4 * PAGE_SIZE, 1);
	unsigned long kernel = get_zeroed_page(GFP_KERNEL);
	struct page *pages[4];

	(void)state;
	assert_int_equal(pin_user_pages_fast(kernel, 1, 0, pages), -EFAULT);
	assert_int_equal(pin_user_pages_fast(0, 1, 0, pages), -EFAULT);
	shim_fail_nth(1);
	assert_int_equal(pin_user_pages_fast((unsigned long)user, 4, 0, pages), 2);
	unpin_user_pages(pages, 2);
	shim_fail_nth(1);
	assert_int_equal(pin_user_pages_fast((unsigned long)user, 1, 0, pages), -ENOMEM);
	free_page(kernel);
	shim_user_free(user);
}

/* Huge and aligned, without costing what they promise. */
static void user_huge(void **state)
{
	char *a = shim_user_alloc(PUD_SIZE, PUD_SIZE), *b = shim_user_alloc(PMD_SIZE * 3, PMD_SIZE);
	struct page *page;

	(void)state;
	assert_true(IS_ALIGNED(virt_to_phys(a), PUD_SIZE));
	assert_true(IS_ALIGNED(virt_to_phys(b), PMD_SIZE));
	assert_int_equal(shim_user_pages_live(), (PUD_SIZE + 3 * PMD_SIZE) / PAGE_SIZE);
	a[PUD_SIZE - 1] = 1;
	assert_int_equal(pin_user_pages_fast((unsigned long)a + PMD_SIZE, 1, 0, &page), 1);
	shim_user_free(a);
	shim_user_free(b);
	assert_int_equal(shim_user_pages_live(), 1);
	unpin_user_page(page);
	a = shim_user_alloc(PUD_SIZE, PUD_SIZE);
	assert_int_equal(a[PUD_SIZE - 1], 0);
	shim_user_free(a);
	assert_int_equal(shim_user_pages_live(), 0);
}

static void wrong_unpin(void)
{
	unpin_user_page(virt_to_page(shim_user_alloc(1, 1)));
}

static void wrong_user_twice(void)
{
	void *p = shim_user_alloc(1, 1);

	shim_user_free(p);
	shim_user_free(p);
}

static void user_wrongs(void **state)
{
	(void)state;
	assert_true(aborts(wrong_unpin));
	assert_true(aborts(wrong_user_twice));
}

/*
 * User copies
 */

/* Two pages, the second of which is a hole. */
static char *map_before_hole(void)
{
	char *p = mmap(NULL, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);

	assert_ptr_not_equal(p, MAP_FAILED);
	assert_int_equal(munmap(p + PAGE_SIZE, PAGE_SIZE), 0);
	return p;
}

static void copy_good(void **state)
{
	static char data[3000];
	char *arena = shim_user_alloc(3000, 1), *heap = malloc(3000), stack[3000], got[3000];
	char *const places[] = { data, arena, heap, stack };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		memset(got, 'a' + (int)i, sizeof(got));
		assert_int_equal(copy_to_user(places[i], got, 3000), 0);
		memset(got, 0, sizeof(got));
		assert_int_equal(copy_from_user(got, places[i], 3000), 0);
		assert_int_equal(got[0], 'a' + (int)i);
		assert_int_equal(got[2999], 'a' + (int)i);
		assert_int_equal(clear_user(places[i] + 1, 2000), 0);
		assert_int_equal(places[i][0], 'a' + (int)i);
		assert_int_equal(check_zeroed_user(places[i] + 1, 2000), 1);
		assert_int_equal(check_zeroed_user(places[i] + 1, 2001), 0);
	}
	shim_user_free(arena);
	free(heap);
}

static void copy_bad(void **state)
{
	static const unsigned long wild[] = {
		0, 1, 4096, 0x7ffffffff000ul, 0x8000000000000000ul, ~0ul, ~0ul - 63,
		0xdeadbeefdeadbeeful, 0x7fff8000ul, 0x100000000000ul, 0x7e8000000000ul,
	};
	char *p = map_before_hole(), buf[200];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		memset(buf, 1, sizeof(buf));
		if (!copy_from_user(buf, (void *)wild[i], 64))
			continue;	/* happens to be mapped here */
		assert_int_equal(buf[63], 0);
		assert_int_equal(buf[64], 1);
		assert_int_equal(copy_from_user(buf, (void *)wild[i], 0), 0);
	}
	assert_int_equal(copy_to_user(NULL, buf, 8), 8);
	assert_int_equal(clear_user(NULL, 8), 8);
	memset(p, 7, PAGE_SIZE);
	assert_int_equal(copy_from_user(buf, p + PAGE_SIZE - 100, 200), 100);
	assert_int_equal(buf[99], 7);
	assert_int_equal(buf[100], 0);
	assert_int_equal(copy_to_user(p + PAGE_SIZE - 100, buf, 200), 100);
	assert_int_equal(clear_user(p + PAGE_SIZE - 100, 200), 100);
	munmap(p, PAGE_SIZE);
}

/* Of the arena, what the process owns now. */
static void copy_arena(void **state)
{
	char *user = shim_user_alloc(2 * PAGE_SIZE, 1), buf[200];
	void *page = (void *)get_zeroed_page(GFP_KERNEL);

	(void)state;
	memset(user, 7, 2 * PAGE_SIZE);
	assert_int_equal(copy_from_user(buf, user + PAGE_SIZE - 100, 200), 0);
	assert_int_equal(copy_from_user(buf, page, 8), 8);
	assert_int_equal(copy_to_user(page, buf, 8), 8);
	shim_user_free(user);
	assert_int_equal(copy_from_user(buf, user, 8), 8);
	free_page((unsigned long)page);
}

static void copy_declared_bad(void **state)
{
	char user[256] = { 0 }, buf[256];

	(void)state;
	shim_user_bad(user + 100, 10);
	assert_int_equal(copy_from_user(buf, user, 100), 0);
	assert_int_equal(copy_from_user(buf, user, 101), 1);
	assert_int_equal(copy_from_user(buf, user + 105, 20), 20);
	assert_int_equal(copy_from_user(buf, user + 110, 20), 0);
	assert_int_equal(copy_to_user(user, buf, 256), 156);
	shim_user_bad_reset();
	assert_int_equal(copy_to_user(user, buf, 256), 0);
}

static void copy_scalars(void **state)
{
	u64 user = 5;
	const u32 fixed = 9;
	u32 small = 1;
	u64 v = 1;

	(void)state;
	assert_int_equal(get_user(v, &user), 0);
	assert_int_equal(v, 5);
	assert_int_equal(get_user(v, &fixed), 0);
	assert_int_equal(v, 9);
	assert_int_equal(put_user(7, &small), 0);
	assert_int_equal(small, 7);
	assert_int_equal(get_user(v, (u64 *)NULL), -EFAULT);
	assert_int_equal(v, 0);
	assert_int_equal(put_user(7, (u64 *)8), -EFAULT);
	assert_true(access_ok(&user, 8));
	assert_false(access_ok((void *)~0ul, 8));
	assert_false(access_ok(NULL, ~0ul));
	assert_ptr_equal(u64_to_user_ptr((u64)(unsigned long)&user), &user);
}

static void copy_struct(void **state)
{
	unsigned char user[64], k[32];
	char *edge = map_before_hole() + PAGE_SIZE;
	size_t i;

	(void)state;
	memset(user, 3, sizeof(user));
	memset(k, 1, sizeof(k));
	assert_int_equal(copy_struct_from_user(k, 32, user, 20), 0);
	assert_int_equal(k[19], 3);
	for (i = 20; i < 32; i++)
		assert_int_equal(k[i], 0);
	assert_int_equal(copy_struct_from_user(k, 32, user, 32), 0);
	assert_int_equal(copy_struct_from_user(k, 32, user, 33), -E2BIG);
	memset(user + 32, 0, 32);
	assert_int_equal(copy_struct_from_user(k, 32, user, 64), 0);
	user[63] = 1;
	assert_int_equal(copy_struct_from_user(k, 32, user, 64), -E2BIG);
	assert_int_equal(copy_struct_from_user(k, 32, NULL, 32), -EFAULT);
	assert_int_equal(copy_struct_from_user(k, 32, NULL, 64), -EFAULT);
	/* The tail decides first: zero up to a hole is -EFAULT, a byte before it -E2BIG. */
	memset(edge - 64, 0, 64);
	assert_int_equal(copy_struct_from_user(k, 32, edge - 64, 100), -EFAULT);
	edge[-1] = 1;
	assert_int_equal(copy_struct_from_user(k, 32, edge - 64, 100), -E2BIG);
	munmap(edge - PAGE_SIZE, PAGE_SIZE);
}

static void copy_duplicate(void **state)
{
	char user[] = "slot";
	char *p = memdup_user(user, sizeof(user));

	(void)state;
	assert_string_equal(p, "slot");
	kfree(p);
	assert_int_equal(PTR_ERR(memdup_user(NULL, 8)), -EFAULT);
	shim_fail_nth(1);
	assert_int_equal(PTR_ERR(memdup_user(user, sizeof(user))), -ENOMEM);
	shim_fail_reset();
}

/*
 * Per-CPU data, cache lines
 */

struct counts {
	u64 a;
	u32 b;
};

static DEFINE_PER_CPU(u64, static_count) = 11;

static void percpu_data(void **state)
{
	long live = shim_alloc_live(), bytes = shim_alloc_bytes();
	struct counts __percpu *c = alloc_percpu(struct counts);
	u64 sum = 0, sum_static = 0;
	int cpu, i;

	(void)state;
	for (i = 0; i < 10; i++) {
		this_cpu_inc(c->a);
		this_cpu_add(c->b, 2);
		this_cpu_inc(static_count);
	}
	for_each_possible_cpu(cpu) {
		sum += per_cpu_ptr(c, cpu)->a + per_cpu_ptr(c, cpu)->b;
		sum_static += per_cpu(static_count, cpu);
	}
	assert_int_equal(sum, 30);
	assert_int_equal(sum_static, 10 + 11 * num_possible_cpus());
	free_percpu(c);
	free_percpu(NULL);
	assert_int_equal(shim_alloc_live(), live);
	assert_int_equal(shim_alloc_bytes(), bytes);
	shim_fail_nth(1);
	assert_null(alloc_percpu(u64));
}

static void flushes(void **state)
{
	static char lines[256] __aligned(64);
	unsigned long n = shim_flushed_lines();

	(void)state;
	clflush_cache_range(lines + 60, 8);
	assert_int_equal(shim_flushed_lines() - n, 2);
	clflush_cache_range(lines, 64);
	assert_int_equal(shim_flushed_lines() - n, 3);
	clflush_cache_range(lines, 0);
	assert_int_equal(shim_flushed_lines() - n, 3);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_addresses),
		cmocka_unit_test(page_live_map),
		cmocka_unit_test(page_blocks),
		cmocka_unit_test(page_quarantine),
		cmocka_unit_test(page_poison),
		cmocka_unit_test(page_references),
		cmocka_unit_test(page_wrongs),
		cmocka_unit_test(slab_bytes),
		cmocka_unit_test(slab_contents),
		cmocka_unit_test(slab_edges),
		cmocka_unit_test(slab_cache),
		cmocka_unit_test(slab_wrongs),
		cmocka_unit_test(fail_nth),
		cmocka_unit_test(user_pins),
		cmocka_unit_test(user_pin_failures),
		cmocka_unit_test(user_huge),
		cmocka_unit_test(user_wrongs),
		cmocka_unit_test(copy_good),
		cmocka_unit_test(copy_bad),
		cmocka_unit_test(copy_arena),
		cmocka_unit_test(copy_declared_bad),
		cmocka_unit_test(copy_scalars),
		cmocka_unit_test(copy_struct),
		cmocka_unit_test(copy_duplicate),
		cmocka_unit_test(percpu_data),
		cmocka_unit_test(flushes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("shim/mem", tests, NULL, NULL);
}
