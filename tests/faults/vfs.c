// SPDX-License-Identifier: MIT
#include "tests/faults/vfs.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <unistd.h>

struct file {
    sqlite3_file base;
    sqlite3_file *real; /* Behind this struct. */
    const char *name;
};

static sqlite3_vfs *system_vfs;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* Guards the members below. */
static enum vfs_fault fault;
static int until_first, left, failed;
static const struct vfs_observer *_Atomic observer;

void vfs_fail(enum vfs_fault which, int first, int times)
{
    pthread_mutex_lock(&lock);
    fault = which;
    until_first = first;
    left = times;
    failed = 0;
    pthread_mutex_unlock(&lock);
}

int vfs_mend(void)
{
    pthread_mutex_lock(&lock);
    left = 0;
    const int count = failed;
    pthread_mutex_unlock(&lock);
    return count;
}

void vfs_observe(const struct vfs_observer *next)
{
    observer = next;
}

/* Whether this call fails, as one that can fail in both ways. */
static bool fails_as(enum vfs_fault a, enum vfs_fault b)
{
    pthread_mutex_lock(&lock);
    const bool counts = left > 0 && (fault == a || fault == b);
    const bool fails = counts && --until_first <= 0;
    if (fails) {
        left--;
        failed++;
    }
    pthread_mutex_unlock(&lock);
    return fails;
}

static bool fails(enum vfs_fault which)
{
    return fails_as(which, VFS_IOERR);
}

static sqlite3_file *real(sqlite3_file *file)
{
    return ((struct file *)file)->real;
}

static const char *name_of(sqlite3_file *file)
{
    return ((struct file *)file)->name;
}

static int x_close(sqlite3_file *file)
{
    return real(file)->pMethods->xClose(real(file));
}

static int x_read(sqlite3_file *file, void *data, int size, sqlite3_int64 offset)
{
    return fails(VFS_IOERR) ? SQLITE_IOERR_READ
                            : real(file)->pMethods->xRead(real(file), data, size, offset);
}

static int x_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
    if (fails(VFS_FULL))
        return fault == VFS_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    const int code = real(file)->pMethods->xWrite(real(file), data, size, offset);
    const struct vfs_observer *told = observer;
    if (code == SQLITE_OK && told != NULL)
        told->wrote(name_of(file), data, size, offset);
    return code;
}

static int x_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    if (fails(VFS_FULL))
        return SQLITE_IOERR_TRUNCATE;
    const int code = real(file)->pMethods->xTruncate(real(file), size);
    const struct vfs_observer *told = observer;
    if (code == SQLITE_OK && told != NULL)
        told->truncated(name_of(file), size);
    return code;
}

static int x_sync(sqlite3_file *file, int flags)
{
    const int code = fails(VFS_SYNC) ? SQLITE_IOERR_FSYNC
                                     : real(file)->pMethods->xSync(real(file), flags);
    const struct vfs_observer *told = observer;
    if (told != NULL)
        told->synced(name_of(file), code == SQLITE_OK);
    return code;
}

static int x_file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return fails(VFS_IOERR) ? SQLITE_IOERR_FSTAT
                            : real(file)->pMethods->xFileSize(real(file), size);
}

static int x_lock(sqlite3_file *file, int level)
{
    return fails(VFS_IOERR) ? SQLITE_IOERR_LOCK : real(file)->pMethods->xLock(real(file), level);
}

static int x_unlock(sqlite3_file *file, int level)
{
    return real(file)->pMethods->xUnlock(real(file), level);
}

static int x_check_reserved_lock(sqlite3_file *file, int *held)
{
    return real(file)->pMethods->xCheckReservedLock(real(file), held);
}

static int x_file_control(sqlite3_file *file, int what, void *argument)
{
    return real(file)->pMethods->xFileControl(real(file), what, argument);
}

static int x_sector_size(sqlite3_file *file)
{
    return real(file)->pMethods->xSectorSize(real(file));
}

static int x_device(sqlite3_file *file)
{
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int x_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
    return fails(VFS_IOERR) ? SQLITE_IOERR_SHMMAP
                            : real(file)->pMethods->xShmMap(real(file), page, size, extend, memory);
}

static int x_shm_lock(sqlite3_file *file, int first, int count, int flags)
{
    if (!(flags & SQLITE_SHM_UNLOCK) && fails(VFS_IOERR))
        return SQLITE_IOERR_SHMLOCK;
    return real(file)->pMethods->xShmLock(real(file), first, count, flags);
}

static void x_shm_barrier(sqlite3_file *file)
{
    real(file)->pMethods->xShmBarrier(real(file));
}

static int x_shm_unmap(sqlite3_file *file, int delete)
{
    return real(file)->pMethods->xShmUnmap(real(file), delete);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = x_close,
    .xRead = x_read,
    .xWrite = x_write,
    .xTruncate = x_truncate,
    .xSync = x_sync,
    .xFileSize = x_file_size,
    .xLock = x_lock,
    .xUnlock = x_unlock,
    .xCheckReservedLock = x_check_reserved_lock,
    .xFileControl = x_file_control,
    .xSectorSize = x_sector_size,
    .xDeviceCharacteristics = x_device,
    .xShmMap = x_shm_map,
    .xShmLock = x_shm_lock,
    .xShmBarrier = x_shm_barrier,
    .xShmUnmap = x_shm_unmap,
};

static int x_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *ret_flags)
{
    struct file *file = (struct file *)base;
    (void)vfs;
    file->real = (sqlite3_file *)(file + 1);
    file->name = name;
    base->pMethods = NULL;
    if (fails(VFS_IOERR)) {
        errno = EIO;
        return SQLITE_CANTOPEN;
    }
    const int code = system_vfs->xOpen(system_vfs, name, file->real, flags, ret_flags);
    if (file->real->pMethods != NULL)
        base->pMethods = &methods;
    return code;
}

static int x_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    (void)vfs;
    return fails(VFS_IOERR) ? SQLITE_IOERR_DELETE
                            : system_vfs->xDelete(system_vfs, name, sync_folder);
}

static int x_access(sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
    (void)vfs;
    return fails(VFS_IOERR) ? SQLITE_IOERR_ACCESS
                            : system_vfs->xAccess(system_vfs, name, flags, result);
}

/* The system's own, of which SQLite's VFS makes its calls; it must read on. */
static ssize_t read_half_at(int file, void *data, size_t size, off_t offset)
{
    const bool half = size > 1 && fails_as(VFS_SHORT_READ, VFS_SHORT_READ);
    return pread(file, data, half ? size / 2 : size, offset);
}

void vfs_install(void)
{
    static sqlite3_vfs vfs;
    system_vfs = sqlite3_vfs_find(NULL);
    vfs = *system_vfs;
    vfs.zName = "faults";
    vfs.szOsFile += (int)sizeof(struct file);
    vfs.xOpen = x_open;
    vfs.xDelete = x_delete;
    vfs.xAccess = x_access;
    sqlite3_vfs_register(&vfs, 1);
    const sqlite3_syscall_ptr read_half = (sqlite3_syscall_ptr)read_half_at;
    system_vfs->xSetSystemCall(system_vfs, "pread", read_half);
    system_vfs->xSetSystemCall(system_vfs, "pread64", read_half);
}
