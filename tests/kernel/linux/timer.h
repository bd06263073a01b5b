/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shim: timers; their functions run in atomic context, on one thread of their own. */
#ifndef _SHIM_LINUX_TIMER_H
#define _SHIM_LINUX_TIMER_H

#include <time.h>

#include <linux/jiffies.h>
#include <linux/list.h>

/* POSIX has a timer_delete() too, which <time.h> has declared by now. */
#define timer_delete(t)		shim_timer_delete(t)

struct timer_list {
	struct list_head entry;		/* empty or zeroed: not armed */
	unsigned long expires;
	void (*function)(struct timer_list *timer);
	u32 flags;
};

#define TIMER_DEFERRABLE	0
#define TIMER_IRQSAFE		0

void timer_setup(struct timer_list *timer, void (*fn)(struct timer_list *timer),
		 unsigned int flags);
int mod_timer(struct timer_list *timer, unsigned long expires);
void add_timer(struct timer_list *timer);
int timer_delete(struct timer_list *timer);
int timer_delete_sync(struct timer_list *timer);
int timer_shutdown_sync(struct timer_list *timer);
int timer_pending(const struct timer_list *timer);

#define del_timer(t)		timer_delete(t)
#define del_timer_sync(t)	timer_delete_sync(t)
#define from_timer(var, t, member)	container_of(t, typeof(*var), member)
#define timer_container_of(var, t, member) container_of(t, typeof(*var), member)

#endif /* _SHIM_LINUX_TIMER_H */
