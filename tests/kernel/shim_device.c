// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Devices: names, references, managed resources.
 */
#include <stdarg.h>
#include <stdlib.h>

#include <linux/bug.h>
#include <linux/device.h>
#include <linux/sprintf.h>
#include <linux/string.h>

/**
 * struct devres - something to undo when the driver leaves
 * @node: in device.devres, last one first
 * @action: what undoes it; NULL for memory alone
 * @data: its argument, or the memory
 */
struct devres {
	struct list_head node;
	void (*action)(void *data);
	void *data;
	u64 memory[];
};

int dev_set_name(struct device *dev, const char *fmt, ...)
{
	char text[128], *name;
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	name = kstrdup(text, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	kfree(dev->kobj.name);
	dev->kobj.name = name;
	return 0;
}

const char *dev_driver_string(const struct device *dev)
{
	const struct device_driver *drv = READ_ONCE(dev->driver);

	return drv ? drv->name : dev->bus ? dev->bus->name : "";
}

/* Drivers nest device locks their own way; nobody checks the order. */
void device_initialize(struct device *dev)
{
	kref_init(&dev->kobj.kref);
	mutex_init(&dev->mutex);
	lockdep_set_novalidate_class(&dev->mutex);
	INIT_LIST_HEAD(&dev->devres);
}

int device_add(struct device *dev)
{
	if (!dev_name(dev))
		return -EINVAL;
	if (dev->init_name) {
		if (dev_set_name(dev, "%s", dev->init_name))
			return -ENOMEM;
		dev->init_name = NULL;
	}
	get_device(dev);
	get_device(dev->parent);
	dev->registered = true;
	return 0;
}

void device_del(struct device *dev)
{
	if (!dev->registered)
		return;
	dev->registered = false;
	put_device(dev->parent);
	put_device(dev);
}

int device_register(struct device *dev)
{
	device_initialize(dev);
	return device_add(dev);
}

void device_unregister(struct device *dev)
{
	device_del(dev);
	put_device(dev);
}

struct device *get_device(struct device *dev)
{
	if (dev)
		kref_get(&dev->kobj.kref);
	return dev;
}

static void device_release(struct kref *kref)
{
	struct device *dev = container_of(kref, struct device, kobj.kref);
	const char *name = dev->kobj.name;

	shim_devres_release_all(dev);
	if (dev->release)
		dev->release(dev);
	else if (dev->type && dev->type->release)
		dev->type->release(dev);
	else
		WARN(1, "Device '%s' does not have a release() function, it is broken", name);
	kfree(name);
}

void put_device(struct device *dev)
{
	if (dev)
		kref_put(&dev->kobj.kref, device_release);
}

static struct devres *devres_new(struct device *dev, size_t size, gfp_t gfp)
{
	struct devres *r = kzalloc(sizeof(*r) + size, gfp);

	if (r)
		list_add(&r->node, &dev->devres);
	return r;
}

void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp)
{
	struct devres *r = devres_new(dev, size, gfp);

	return r ? r->memory : NULL;
}

void *devm_kzalloc(struct device *dev, size_t size, gfp_t gfp)
{
	return devm_kmalloc(dev, size, gfp);
}

void *devm_kcalloc(struct device *dev, size_t n, size_t size, gfp_t gfp)
{
	return devm_kmalloc(dev, array_size(n, size), gfp);
}

int __devm_add_action(struct device *dev, void (*action)(void *), void *data)
{
	struct devres *r = devres_new(dev, 0, GFP_KERNEL);

	if (!r)
		return -ENOMEM;
	r->action = action;
	r->data = data;
	return 0;
}

int __devm_add_action_or_reset(struct device *dev, void (*action)(void *), void *data)
{
	int ret = __devm_add_action(dev, action, data);

	if (ret)
		action(data);
	return ret;
}

void shim_devres_release_all(struct device *dev)
{
	struct devres *r;

	while (!list_empty(&dev->devres)) {
		r = list_first_entry(&dev->devres, struct devres, node);
		list_del(&r->node);
		if (r->action)
			r->action(r->data);
		kfree(r);
	}
}
