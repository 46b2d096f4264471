using Bridge.Adapter.Faults;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Sandboxes;

/// <summary>A network namespace, held by a descriptor: it lives at least as long as this object (network_namespaces(7)).</summary>
internal sealed class NetworkNamespace : IDisposable
{
    private const string OfProcess = "/proc/self/ns/net";
    private const string OfThread = "/proc/thread-self/ns/net";

    private readonly SafeFileHandle _handle;
    private readonly string _description;

    // Every thread is in the process's own namespace, except within Visit.
    private readonly bool _isOfProcess;

    private NetworkNamespace(SafeFileHandle handle, string description, bool isOfProcess = false) =>
        (_handle, _description, _isOfProcess) = (handle, description, isOfProcess);

    /// <summary>The namespace of this process, which for cnm-cni is the host's.</summary>
    public static NetworkNamespace OpenCurrent() => new(LibC.Open(OfProcess), "the host's network namespace", isOfProcess: true);

    /// <exception cref="KernelException">Nothing is at the path, or it cannot be opened.</exception>
    /// <exception cref="IOException">Something else is at the path.</exception>
    public static NetworkNamespace Open(string path)
    {
        var handle = LibC.Open(path);
        if (LibC.IsNetworkNamespace(handle))
            return new NetworkNamespace(handle, $"the network namespace {path}");

        handle.Dispose();
        throw new IOException(
            $"could not open the network namespace {path}: the file there is not a network namespace. " +
            "Is the namespace mounted where this process can see it?");
    }

    /// <summary>Null when nothing or something else is at the path.</summary>
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

    /// <summary>A new namespace. Its loopback is up, as container runtimes pass namespaces to plugins.</summary>
    public static NetworkNamespace Create()
    {
        var (created, netlink) = Create(alias: null);
        netlink.Dispose();
        return created;
    }

    /// <inheritdoc cref="Create()"/>
    /// <param name="alias">The alias of its loopback.</param>
    /// <returns>The namespace, and a netlink socket of it.</returns>
    public static (NetworkNamespace Network, RouteNetlink Netlink) Create(string? alias)
    {
        const string Description = "a new network namespace";
        var (handle, socket) = Visit(NamespaceCalls.UnshareNetwork, () =>
        {
            var made = LibC.Open(OfThread);
            try
            {
                return (made, NetlinkSocket.Open());
            }
            catch
            {
                made.Dispose();
                throw;
            }
        });
        var (created, netlink) = (new NetworkNamespace(handle, Description), new RouteNetlink(socket, Description));
        try
        {
            netlink.SetUp(LinkInfo.Loopback, alias);
            return (created, netlink);
        }
        catch
        {
            netlink.Dispose();
            created.Dispose();
            throw;
        }
    }

    /// <summary>Removes all mounts at the path, and the file below. Does nothing where nothing is.</summary>
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
            // The directory is gone too, as below /run after a reboot.
        }
    }

    /// <summary>Mounts the namespace at the path, on top of earlier mounts, so that the path always leads to a namespace.</summary>
    public void MountAt(string path)
    {
        FaultPoint.Pass(FaultKind.Mount, $"file {path} made");
        LibC.CreateMountPoint(path);
        FaultPoint.Pass(FaultKind.Mount, $"over {path}");
        NamespaceCalls.MountOver(path, _handle);
    }

    /// <summary>
    /// Runs <paramref name="body"/> in the namespace, on this thread, which returns afterwards. The body must not use the thread pool (no
    /// await, no logging, no completion source): a pool thread started by this thread would inherit the namespace (clone(2)) and keep it.
    /// Nor must it run something in another namespace.
    /// </summary>
    public T Run<T>(Func<T> body) =>
        _isOfProcess ? body() : Visit(() => NamespaceCalls.EnterNetwork(_handle, _description), body);

    /// <summary>A netlink socket of this namespace, usable from any thread.</summary>
    public RouteNetlink OpenNetlink() => new(Run(NetlinkSocket.Open), _description);

    /// <inheritdoc cref="OpenNetlink()"/>
    /// <param name="inside">Runs in the namespace too; see <see cref="Run"/>.</param>
    public (RouteNetlink Netlink, T Result) OpenNetlink<T>(Func<T> inside)
    {
        var (result, socket) = Run(() => (inside(), NetlinkSocket.Open()));
        return (new RouteNetlink(socket, _description), result);
    }

    public FileIdentity Identity => LibC.Identity(_handle);

    public bool IsSameAs(NetworkNamespace other) => Identity == other.Identity;

    /// <summary>Moves a link of another namespace to this one, under the name.</summary>
    /// <param name="source">The namespace that has the link.</param>
    public void Take(RouteNetlink source, int index, string name) => WithDescriptor(descriptor =>
    {
        source.Move(index, descriptor, _description, name);
        return true;
    });

    /// <summary>The number that another namespace has for this one; null when no link there has its peer here.</summary>
    public int? IdIn(RouteNetlink other) => WithDescriptor(descriptor => other.IdOf(descriptor, _description));

    private T WithDescriptor<T>(Func<int, T> body)
    {
        var referenced = false;
        try
        {
            _handle.DangerousAddRef(ref referenced);
            return body((int)_handle.DangerousGetHandle());
        }
        finally
        {
            if (referenced)
                _handle.DangerousRelease();
        }
    }

    public void Dispose() => _handle.Dispose();

    public override string ToString() => _description;

    // A thread of its own for every visit would cost more than the visits: .NET waits for its start by spinning.
    private static T Visit<T>(Action enter, Func<T> body)
    {
        NamespaceWork.Visits.Add(1);
        using var own = LibC.Open(OfThread);
        enter();
        try
        {
            return body();
        }
        finally
        {
            Return(own);
        }
    }

    // On a thread that is stuck in a container's namespace the next plugin would work on that container. The next start recovers.
    private static void Return(SafeFileHandle own)
    {
        if (!NamespaceCalls.TryEnterNetwork(own))
            Environment.FailFast($"A thread could not return to the host's network namespace: {ErrorText.Of((int)LibC.LastError)}.");
    }
}
