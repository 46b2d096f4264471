using System.Collections.Concurrent;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Networks;

/// <summary>
/// Containers that were refused because a network is not there yet. dockerd starts containers with a restart policy before it lists its
/// networks or its version, perhaps before the CNI network's file is written, and does not retry.
/// </summary>
internal sealed class StrandedContainers(RepairSignal signal, FileWarnings warnings)
{
    /// <summary>
    /// The end of such an error text. Docker keeps the text as the container's error, by which the repair finds the container.
    /// </summary>
    public const string Promise = "Containers with a restart policy are started by themselves as soon as it is there.";

    // The missing CNI networks by name; empty for a Docker network.
    private readonly ConcurrentDictionary<string, bool> _awaited = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Awaited => [.. _awaited.Keys];

    /// <param name="cniNetwork">The missing CNI network; null when Docker must answer first.</param>
    public void Note(string? cniNetwork)
    {
        _awaited[cniNetwork ?? ""] = true;
        signal.Raise();
    }

    /// <summary>The CNI network for a new endpoint. Logs warnings about its file.</summary>
    /// <exception cref="CnmException">There is no such network (yet).</exception>
    public NetworkConfiguration Choose(ConfigurationDirectoryContents contents, string cniNetwork)
    {
        try
        {
            var network = CniNetworks.Choose(contents, cniNetwork);
            warnings.LogOnce(network);
            return network;
        }
        catch (CnmException missing)
        {
            Note(cniNetwork);
            throw new CnmException($"{missing.Message} {Promise}", missing);
        }
    }

    public void Settle(string awaited) => _awaited.TryRemove(awaited, out _);
}
