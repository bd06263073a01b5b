/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shim: devices and drivers, without classes and sysfs.
 *
 * A device lives by its reference count and ends in release(), as in the
 * kernel; a missing release() is reported, as the kernel does.
 */
#ifndef _SHIM_LINUX_DEVICE_H
#define _SHIM_LINUX_DEVICE_H

#include <linux/compiler.h>
#include <linux/dev_printk.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/types.h>

struct device;
struct device_driver;
struct fwnode_handle;
struct attribute_group;

struct bus_type {
	const char *name;
	int (*match)(struct device *dev, const struct device_driver *drv);
	int (*probe)(struct device *dev);
	void (*remove)(struct device *dev);
};

struct of_device_id {
	char name[32];
	char type[32];
	char compatible[128];
	const void *data;
};

struct device_driver {
	const char *name;
	const struct bus_type *bus;
	struct module *owner;
	const struct of_device_id *of_match_table;
	const struct attribute_group **groups;
	const struct attribute_group **dev_groups;
	bool suppress_bind_attrs;
};

struct device_type {
	const char *name;
	void (*release)(struct device *dev);
};

struct kobject {
	const char *name;
	struct kref kref;
};

struct device {
	struct kobject kobj;
	struct device *parent;
	const char *init_name;
	const struct device_type *type;
	const struct bus_type *bus;
	struct device_driver *driver;
	void *platform_data;
	void *driver_data;
	struct mutex mutex;
	u64 *dma_mask;
	u64 coherent_dma_mask;
	struct fwnode_handle *fwnode;
	int id;
	bool registered;
	struct list_head devres;
	void (*release)(struct device *dev);
};

#define kobj_to_dev(k)	container_of(k, struct device, kobj)

static inline const char *dev_name(const struct device *dev)
{
	return dev->init_name ? dev->init_name : dev->kobj.name;
}

static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}

static inline void *dev_get_platdata(const struct device *dev)
{
	return dev->platform_data;
}

static inline void device_lock(struct device *dev)
{
	mutex_lock(&dev->mutex);
}

static inline void device_unlock(struct device *dev)
{
	mutex_unlock(&dev->mutex);
}

static inline bool device_is_registered(struct device *dev)
{
	return dev->registered;
}

#define device_lock_assert(d)	lockdep_assert_held(&(d)->mutex)

int dev_set_name(struct device *dev, const char *fmt, ...) __printf(2, 3);
const char *dev_driver_string(const struct device *dev);
void device_initialize(struct device *dev);
int __must_check device_add(struct device *dev);
void device_del(struct device *dev);
int __must_check device_register(struct device *dev);
void device_unregister(struct device *dev);
struct device *get_device(struct device *dev);
void put_device(struct device *dev);

void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp);
void *devm_kzalloc(struct device *dev, size_t size, gfp_t gfp);
void *devm_kcalloc(struct device *dev, size_t n, size_t size, gfp_t gfp);
int __devm_add_action(struct device *dev, void (*action)(void *), void *data);
int __devm_add_action_or_reset(struct device *dev, void (*action)(void *), void *data);
void shim_devres_release_all(struct device *dev);

#define devm_add_action(d, fn, p)		__devm_add_action(d, fn, p)
#define devm_add_action_or_reset(d, fn, p)	__devm_add_action_or_reset(d, fn, p)

DEFINE_FREE(put_device, struct device *, if (_T) put_device(_T))
DEFINE_GUARD(device, struct device *, device_lock(_T), device_unlock(_T))

#endif /* _SHIM_LINUX_DEVICE_H */
