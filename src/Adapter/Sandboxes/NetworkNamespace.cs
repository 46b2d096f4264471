using System.Runtime.ExceptionServices;
using Bridge.Adapter.Faults;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes;

/// <summary>A network namespace, held by a descriptor: it lives at least as long as this object, whatever happens to its path.</summary>
internal sealed class NetworkNamespace : IDisposable
{
    private const string OfProcess = "/proc/self/ns/net";
    private const string OfThread = "/proc/thread-self/ns/net";
    private const int LoopbackIndex = 1;

    private readonly SafeFileHandle _handle;
    private readonly string _description;

    private NetworkNamespace(SafeFileHandle handle, string description)
    {
        _handle = handle;
        _description = description;
    }

    /// <summary>The process's own, which for the bridge is the host's.</summary>
    public static NetworkNamespace OpenCurrent() => new(LibC.Open(OfProcess), "the host's network namespace");

    /// <exception cref="KernelException">Nothing is there, or it may not be opened.</exception>
    /// <exception cref="IOException">What is there is something else.</exception>
    public static NetworkNamespace Open(string path)
    {
        var handle = LibC.Open(path);
        if (LibC.IsNetworkNamespace(handle))
            return new NetworkNamespace(handle, $"the network namespace {path}");

        handle.Dispose();
        throw new IOException(
            $"could not open the network namespace {path}: what is there is not a network namespace. " +
            "Is it mounted where this process can see it?");
    }

    /// <summary>Null when nothing is at the path, or something else.</summary>
    public static NetworkNamespace? TryOpen(string path)
    {
        var handle = LibC.TryOpen(path);
        if (handle is not null && LibC.IsNetworkNamespace(handle))
            return new NetworkNamespace(handle, $"the network namespace {path}");

        handle?.Dispose();
        return null;
    }

    public static bool IsNamespace(string path)
    {
        using var found = TryOpen(path);
        return found is not null;
    }

    /// <summary>A new one, with its loopback up as a container runtime would hand it to a plugin.</summary>
    public static NetworkNamespace Create()
    {
        var handle = OnThreadOfItsOwn(() =>
        {
            NamespaceCalls.UnshareNetwork();
            return LibC.Open(OfThread);
        });
        var created = new NetworkNamespace(handle, "a new network namespace");
        try
        {
            using var netlink = created.OpenNetlink();
            netlink.SetUp(LoopbackIndex);
            return created;
        }
        catch
        {
            created.Dispose();
            throw;
        }
    }

    /// <summary>Takes away all that is mounted at the path, and the file below. That nothing is there is success.</summary>
    public static void Unmount(string path)
    {
        FaultPoint.Pass(FaultKind.Mount, $"away from {path}");
        while (NamespaceCalls.TryUnmount(path))
        {
        }

        FaultPoint.Pass(FaultKind.Mount, $"file {path} removed");
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Gone with all its neighbours, as /run is after a reboot.
        }
    }

    /// <summary>Makes the path a name of the namespace, on top of what it named before: at no moment does it name nothing.</summary>
    public void MountAt(string path)
    {
        FaultPoint.Pass(FaultKind.Mount, $"file {path} made");
        LibC.CreateMountPoint(path);
        FaultPoint.Pass(FaultKind.Mount, $"over {path}");
        NamespaceCalls.MountOver(path, _handle);
    }

    /// <summary>
    /// Runs <paramref name="body"/> inside the namespace, on a thread that ends afterwards. The body must not touch the thread pool in any
    /// way (no await, no logging, no completion source): a worker born on this thread would stay in the namespace for good.
    /// </summary>
    public T Run<T>(Func<T> body) => OnThreadOfItsOwn(() =>
    {
        NamespaceCalls.EnterNetwork(_handle, _description);
        return body();
    });

    /// <summary>A socket that talks to this namespace from any thread.</summary>
    public RouteNetlink OpenNetlink() => new(Run(NetlinkSocket.Open), _description);

    public bool IsSameAs(NetworkNamespace other) => LibC.Identity(_handle) == LibC.Identity(other._handle);

    /// <summary>Lends the descriptor's number, for messages that carry one.</summary>
    public void WithDescriptor(Action<int> body)
    {
        var referenced = false;
        try
        {
            _handle.DangerousAddRef(ref referenced);
            body((int)_handle.DangerousGetHandle());
        }
        finally
        {
            if (referenced)
                _handle.DangerousRelease();
        }
    }

    public void Dispose() => _handle.Dispose();

    public override string ToString() => _description;

    private static void Start(Thread thread)
    {
        try
        {
            thread.UnsafeStart();
        }
        catch (OutOfMemoryException)
        {
            // So .NET calls the kernel's refusal of one more thread. It is a limit's, and goes by as load does.
            throw new KernelException(
                "start a thread for work in a network namespace; the limit of threads and processes of cnm-cni (TasksMax of its unit, pids.max of its control group, ulimit -u) or of the machine is reached",
                Errno.EAGAIN);
        }
    }

    private static T OnThreadOfItsOwn<T>(Func<T> body)
    {
        var result = default(T);
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var home = LibC.Open(OfThread);
                try
                {
                    result = body();
                }
                finally
                {
                    // The thread ends in any case. It goes home first, so that it is not seen there after the caller has gone on.
                    _ = NamespaceCalls.TryEnterNetwork(home);
                }
            }
            catch (Exception thrown)
            {
                failure = ExceptionDispatchInfo.Capture(thrown);
            }
        })
        { IsBackground = true, Name = "netns" };
        Start(thread);
        thread.Join();
        failure?.Throw();
        return result!;
    }
}
