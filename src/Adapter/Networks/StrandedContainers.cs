using System.Collections.Concurrent;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Networks;

/// <summary>
/// Containers that were refused for what is only not there yet: dockerd starts those with a restart policy before it answers the question
/// which networks it has, perhaps before somebody has written the CNI network's file, and never tries again.
/// </summary>
internal sealed class StrandedContainers(RepairSignal signal, FileWarnings warnings)
{
    /// <summary>Ends such a refusal. Docker keeps it as the container's error, by which it is found.</summary>
    public const string Promise = "Containers with a restart policy are started by themselves as soon as it is there.";

    // What they wait for: a CNI network by its name; empty for a Docker network.
    private readonly ConcurrentDictionary<string, bool> _awaited = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Awaited => [.. _awaited.Keys];

    /// <param name="cniNetwork">Null: that Docker says which networks it has.</param>
    public void Note(string? cniNetwork)
    {
        _awaited[cniNetwork ?? ""] = true;
        signal.Raise();
    }

    /// <summary>The CNI network of an endpoint that is to be made; what is odd about its file is told.</summary>
    /// <exception cref="CnmException">There is no such network, yet.</exception>
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
