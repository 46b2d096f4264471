using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Leftovers;

/// <summary>
/// Empty files in host-local's store. The plugin creates the file of an address, and then writes its owner into it (containernetworking
/// plugins/ipam/host-local/backend/disk/backend.go, Reserve). Killed in between, or if the power fails before the content is on the disk,
/// it leaves an empty file. Its DEL looks for the owner, so nobody would ever free that address.
/// </summary>
internal sealed class UnwrittenAddresses(TimeProvider timeProvider, ILogger<UnwrittenAddresses> logger)
{
    // The plugin holds the lock for a few milliseconds.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(20);

    // An ADD ends, or is ended, within it. An empty file of another time is not from this ADD; perhaps a person made it, to keep the
    // address out of use.
    private static readonly TimeSpan LongestAdd = TimeSpan.FromMinutes(5);

    /// <summary>Frees the addresses that an ADD left so. Of one that the plugin answered, there are none.</summary>
    /// <param name="record">After its DEL.</param>
    /// <exception cref="IOException">The store could not be read or written, or another process does not give its lock back.</exception>
    public async Task FreeAsync(PluginRecord record)
    {
        if (record.Result is not null || HostLocalStore.Of(CniRecord.Configuration(record)) is not { IsGuessed: false } store
            || Of(store, record).Count == 0)
            return;

        // With the lock, the plugin is not at work: what is empty now stays empty.
        using var held = await LockAsync(store);
        foreach (var file in Of(store, record))
        {
            file.Delete();
            logger.UnwrittenAddressFreed(file.FullName, record.CniNetwork);
        }
    }

    private static IReadOnlyList<FileInfo> Of(HostLocalStore store, PluginRecord record) =>
        store.Unwritten(record.Since, record.Since + LongestAdd);

    private async Task<SafeFileHandle> LockAsync(HostLocalStore store)
    {
        var began = timeProvider.GetTimestamp();
        var file = LibC.Open(store.LockPath);
        try
        {
            while (!LibC.TryLock(file))
            {
                if (timeProvider.GetElapsedTime(began) > LongestWait)
                    throw new IOException($"another process has held the lock {store.LockPath} for {LongestWait.TotalSeconds:0} s");

                await Task.Delay(BetweenAttempts, timeProvider);
            }

            return file;
        }
        catch (Exception)
        {
            file.Dispose();
            throw;
        }
    }
}
