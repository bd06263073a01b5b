// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The platform bus: devices meet drivers by name.
 *
 * Locking: bus_lock guards the two lists; a device's mutex guards its driver
 * and is held around probe() and remove().  bus_lock is not held then: probe()
 * may register further devices, as units do with their endpoints.
 *
 * The hard rule: a device looked at without bus_lock is held by a reference.
 */
#include <pthread.h>

#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "shim_control.h"

const struct bus_type platform_bus_type = { .name = "platform" };

static pthread_mutex_t bus_lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_HEAD(devices);
static LIST_HEAD(drivers);
static int next_id;

static const struct platform_device_id *id_match(const struct platform_device_id *id,
						 const char *name)
{
	for (; id && id->name[0]; id++)
		if (!strcmp(id->name, name))
			return id;
	return NULL;
}

static bool matches(const struct platform_driver *drv, const struct platform_device *pdev)
{
	return drv->id_table ? id_match(drv->id_table, pdev->name) != NULL :
			       !strcmp(drv->driver.name, pdev->name);
}

static int probe_locked(struct platform_driver *drv, struct platform_device *pdev)
{
	int ret;

	pdev->id_entry = id_match(drv->id_table, pdev->name);
	WRITE_ONCE(pdev->dev.driver, &drv->driver);
	ret = drv->probe ? drv->probe(pdev) : 0;
	if (!ret)
		return 0;
	shim_devres_release_all(&pdev->dev);
	dev_set_drvdata(&pdev->dev, NULL);
	WRITE_ONCE(pdev->dev.driver, NULL);
	return ret;
}

/* Return: 0 bound now or before, -ENODEV no match, or what probe() said. */
static int bind(struct platform_driver *drv, struct platform_device *pdev)
{
	int ret = 0;

	if (!matches(drv, pdev))
		return -ENODEV;
	device_lock(&pdev->dev);
	if (!device_is_registered(&pdev->dev))
		ret = -ENODEV;
	else if (!pdev->dev.driver)
		ret = probe_locked(drv, pdev);
	device_unlock(&pdev->dev);
	return ret;
}

/* @drv NULL: whatever driver it has */
static void unbind_locked(struct platform_device *pdev, const struct platform_driver *drv)
{
	struct platform_driver *bound;

	if (!pdev->dev.driver || (drv && pdev->dev.driver != &drv->driver))
		return;
	bound = to_platform_driver(pdev->dev.driver);
	if (bound->remove)
		bound->remove(pdev);
	shim_devres_release_all(&pdev->dev);
	dev_set_drvdata(&pdev->dev, NULL);
	WRITE_ONCE(pdev->dev.driver, NULL);
}

static void unbind(struct platform_device *pdev, const struct platform_driver *drv)
{
	device_lock(&pdev->dev);
	unbind_locked(pdev, drv);
	device_unlock(&pdev->dev);
}

/*
 * The device after @prev, whose reference goes; NULL begins, NULL ends.  Where
 * @prev has left the bus meanwhile it begins again: what was done is skipped.
 */
static struct platform_device *next_device(struct platform_device *prev)
{
	struct platform_device *pdev = NULL;
	struct list_head *at;

	pthread_mutex_lock(&bus_lock);
	at = prev && !list_empty(&prev->shim_node) ? prev->shim_node.next : devices.next;
	if (at != &devices) {
		pdev = list_entry(at, struct platform_device, shim_node);
		get_device(&pdev->dev);
	}
	pthread_mutex_unlock(&bus_lock);
	if (prev)
		put_device(&prev->dev);
	return pdev;
}

int __platform_driver_register(struct platform_driver *drv, struct module *owner)
{
	struct platform_device *pdev = NULL;

	drv->driver.owner = owner;
	drv->driver.bus = &platform_bus_type;
	pthread_mutex_lock(&bus_lock);
	list_add_tail(&drv->shim_node, &drivers);
	pthread_mutex_unlock(&bus_lock);
	while ((pdev = next_device(pdev)))
		bind(drv, pdev);
	return 0;
}

void platform_driver_unregister(struct platform_driver *drv)
{
	struct platform_device *pdev = NULL;

	pthread_mutex_lock(&bus_lock);
	list_del_init(&drv->shim_node);
	pthread_mutex_unlock(&bus_lock);
	while ((pdev = next_device(pdev)))
		unbind(pdev, drv);
}

static struct platform_driver *find_driver(const struct platform_device *pdev)
{
	struct platform_driver *drv, *found = NULL;

	pthread_mutex_lock(&bus_lock);
	list_for_each_entry(drv, &drivers, shim_node) {
		if (matches(drv, pdev)) {
			found = drv;
			break;
		}
	}
	pthread_mutex_unlock(&bus_lock);
	return found;
}

int shim_platform_bind(struct platform_device *pdev)
{
	struct platform_driver *drv = find_driver(pdev);

	return drv ? bind(drv, pdev) : -ENODEV;
}

void shim_platform_unbind(struct platform_device *pdev)
{
	unbind(pdev, NULL);
}

static void platform_device_release(struct device *dev)
{
	struct platform_device *pdev = to_platform_device(dev);

	kfree(dev->platform_data);
	kfree(pdev->resource);
	kfree(pdev->name);
	kfree(pdev);
}

struct platform_device *platform_device_alloc(const char *name, int id)
{
	struct platform_device *pdev = kzalloc(sizeof(*pdev), GFP_KERNEL);

	if (!pdev)
		return NULL;
	pdev->name = kstrdup(name, GFP_KERNEL);
	if (!pdev->name) {
		kfree(pdev);
		return NULL;
	}
	pdev->id = id;
	INIT_LIST_HEAD(&pdev->shim_node);
	device_initialize(&pdev->dev);
	pdev->dev.bus = &platform_bus_type;
	pdev->dev.release = platform_device_release;
	return pdev;
}

int platform_device_add_data(struct platform_device *pdev, const void *data, size_t size)
{
	void *copy = NULL;

	if (data) {
		copy = kmemdup(data, size, GFP_KERNEL);
		if (!copy)
			return -ENOMEM;
	}
	kfree(pdev->dev.platform_data);
	pdev->dev.platform_data = copy;
	return 0;
}

int platform_device_add_resources(struct platform_device *pdev, const struct resource *res,
				  unsigned int num)
{
	struct resource *copy = NULL;

	if (res && num) {
		copy = kmemdup(res, num * sizeof(*res), GFP_KERNEL);
		if (!copy)
			return -ENOMEM;
	}
	kfree(pdev->resource);
	pdev->resource = copy;
	pdev->num_resources = copy ? num : 0;
	return 0;
}

static int name_device(struct platform_device *pdev)
{
	if (pdev->id == PLATFORM_DEVID_NONE)
		return dev_set_name(&pdev->dev, "%s", pdev->name);
	if (pdev->id != PLATFORM_DEVID_AUTO)
		return dev_set_name(&pdev->dev, "%s.%d", pdev->name, pdev->id);
	pdev->id = __atomic_fetch_add(&next_id, 1, __ATOMIC_RELAXED);
	pdev->id_auto = true;
	return dev_set_name(&pdev->dev, "%s.%d.auto", pdev->name, pdev->id);
}

/* As in the kernel, a driver that refuses the device does not unregister it. */
int platform_device_add(struct platform_device *pdev)
{
	int ret = name_device(pdev);

	if (!ret)
		ret = device_add(&pdev->dev);
	if (ret)
		return ret;
	pthread_mutex_lock(&bus_lock);
	list_add_tail(&pdev->shim_node, &devices);
	pthread_mutex_unlock(&bus_lock);
	shim_platform_bind(pdev);
	return 0;
}

void platform_device_del(struct platform_device *pdev)
{
	pthread_mutex_lock(&bus_lock);
	list_del_init(&pdev->shim_node);
	pthread_mutex_unlock(&bus_lock);
	get_device(&pdev->dev);
	device_lock(&pdev->dev);
	unbind_locked(pdev, NULL);
	device_del(&pdev->dev);
	device_unlock(&pdev->dev);
	put_device(&pdev->dev);
}

void platform_device_put(struct platform_device *pdev)
{
	if (pdev)
		put_device(&pdev->dev);
}

int platform_device_register(struct platform_device *pdev)
{
	INIT_LIST_HEAD(&pdev->shim_node);
	device_initialize(&pdev->dev);
	pdev->dev.bus = &platform_bus_type;
	return platform_device_add(pdev);
}

void platform_device_unregister(struct platform_device *pdev)
{
	if (IS_ERR_OR_NULL(pdev))
		return;
	platform_device_del(pdev);
	platform_device_put(pdev);
}

struct platform_device *platform_device_register_full(const struct platform_device_info *info)
{
	struct platform_device *pdev = platform_device_alloc(info->name, info->id);
	int ret;

	if (!pdev)
		return ERR_PTR(-ENOMEM);
	pdev->dev.parent = info->parent;
	pdev->dev.fwnode = info->fwnode;
	pdev->dev.coherent_dma_mask = info->dma_mask;
	ret = platform_device_add_resources(pdev, info->res, info->num_res);
	if (!ret)
		ret = platform_device_add_data(pdev, info->data, info->size_data);
	if (!ret)
		ret = platform_device_add(pdev);
	if (!ret)
		return pdev;
	platform_device_put(pdev);
	return ERR_PTR(ret);
}

struct resource *platform_get_resource(struct platform_device *pdev, unsigned int type,
				       unsigned int num)
{
	u32 i;

	for (i = 0; i < pdev->num_resources; i++)
		if (pdev->resource[i].flags & type && !num--)
			return &pdev->resource[i];
	return NULL;
}
