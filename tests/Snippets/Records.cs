using CniInvoker;

namespace Bridge.Snippets;

/// <summary>The code of docs/cni-invoker.md for programs that keep their own records.</summary>
public sealed class Records(CniRuntime runtime, IAttachmentStore store)
{
    public static CniRuntime Runtime()
    {
        var locks = new OperationLocks("/run/my-runtime/cni.lock", TimeProvider.System);
        var runtime = new CniRuntime(
            new PluginProcess(TimeProvider.System), new PluginPath(["/opt/cni/bin"]), new CniDeadlines(), TimeProvider.System, locks);
        return runtime;
    }

    public async Task<CniResult> AddAsync(NetworkConfiguration network, Attachment attachment, CancellationToken cancellationToken)
    {
        var stored =
            new StoredAttachment { NetworkName = network.Name, Network = network, Attachment = attachment, Result = null,
                IsComplete = false };
        store.Write(stored);
        var result = await runtime.AddAsync(
            network, attachment, previousResult: null, afterEach: sofar => store.Write(stored with { Result = sofar }), cancellationToken);
        store.Write(stored with { Result = result, IsComplete = true });
        return result;
    }

    public async Task DeleteAsync(AttachmentId id, CancellationToken cancellationToken)
    {
        if (store.Find(id) is { Network: { } network } stored)
        {
            await runtime.DeleteAsync(network, stored.Attachment, stored.Result, cancellationToken);
            store.Remove(id);
        }
    }
}
