// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reader-writer semaphores.
 *
 * Locking: rw_semaphore.m guards the counts and is never held while a caller
 * holds the semaphore; its handing over is what orders one holder before the next.
 */
#include <pthread.h>

#include <linux/kernel.h>
#include <linux/rwsem.h>

void __init_rwsem(struct rw_semaphore *sem, const char *name, struct lock_class_key *key)
{
	pthread_mutex_init(&sem->m, NULL);
	pthread_cond_init(&sem->changed, NULL);
	sem->holders = 0;
	sem->writers_waiting = 0;
	shim_lock_map_init(&sem->dep_map, name, key);
}

void down_read(struct rw_semaphore *sem)
{
	might_sleep();
	shim_lock_acquire(&sem->dep_map, 0, SHIM_LOCK_READ);
	pthread_mutex_lock(&sem->m);
	while (sem->holders < 0 || sem->writers_waiting)
		pthread_cond_wait(&sem->changed, &sem->m);
	sem->holders++;
	pthread_mutex_unlock(&sem->m);
}

int down_read_trylock(struct rw_semaphore *sem)
{
	bool got;

	pthread_mutex_lock(&sem->m);
	got = sem->holders >= 0 && !sem->writers_waiting;
	if (got)
		sem->holders++;
	pthread_mutex_unlock(&sem->m);
	if (got)
		shim_lock_acquire(&sem->dep_map, 0, SHIM_LOCK_READ | SHIM_LOCK_TRY);
	return got;
}

void up_read(struct rw_semaphore *sem)
{
	shim_lock_release(&sem->dep_map);
	pthread_mutex_lock(&sem->m);
	if (!--sem->holders)
		pthread_cond_broadcast(&sem->changed);
	pthread_mutex_unlock(&sem->m);
}

void down_write_nested(struct rw_semaphore *sem, int subclass)
{
	might_sleep();
	shim_lock_acquire(&sem->dep_map, subclass, SHIM_LOCK_WRITE);
	pthread_mutex_lock(&sem->m);
	sem->writers_waiting++;
	while (sem->holders)
		pthread_cond_wait(&sem->changed, &sem->m);
	sem->writers_waiting--;
	sem->holders = -1;
	pthread_mutex_unlock(&sem->m);
}

int down_write_trylock(struct rw_semaphore *sem)
{
	bool got;

	pthread_mutex_lock(&sem->m);
	got = !sem->holders;
	if (got)
		sem->holders = -1;
	pthread_mutex_unlock(&sem->m);
	if (got)
		shim_lock_acquire(&sem->dep_map, 0, SHIM_LOCK_WRITE | SHIM_LOCK_TRY);
	return got;
}

void up_write(struct rw_semaphore *sem)
{
	shim_lock_release(&sem->dep_map);
	pthread_mutex_lock(&sem->m);
	sem->holders = 0;
	pthread_cond_broadcast(&sem->changed);
	pthread_mutex_unlock(&sem->m);
}

void downgrade_write(struct rw_semaphore *sem)
{
	shim_lock_release(&sem->dep_map);
	shim_lock_acquire(&sem->dep_map, 0, SHIM_LOCK_READ | SHIM_LOCK_TRY);
	pthread_mutex_lock(&sem->m);
	sem->holders = 1;
	pthread_cond_broadcast(&sem->changed);
	pthread_mutex_unlock(&sem->m);
}

int rwsem_is_locked(struct rw_semaphore *sem)
{
	int holders;

	pthread_mutex_lock(&sem->m);
	holders = sem->holders;
	pthread_mutex_unlock(&sem->m);
	return holders != 0;
}
