using System.Collections.Concurrent;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Networks;

/// <summary>
/// Containers that could not start because cnm-cni or a network was not there yet. dockerd starts containers with a restart policy before
/// it lists its networks or its version, perhaps before the CNI network's file is written or cnm-cni runs at all, and does not retry.
/// </summary>
internal sealed class StrandedContainers(RepairSignal signal, FileWarnings warnings)
{
    /// <summary>
    /// The end of such an error text. Docker keeps the text as the container's error, by which the repair finds the container.
    /// </summary>
    public const string Promise = "Containers with a restart policy are started by themselves as soon as it is there.";

    // The missing CNI networks by name; empty for Docker's first answer, after which those are found that no process could refuse.
    private readonly ConcurrentDictionary<string, bool> _awaited = new([new("", true)], StringComparer.Ordinal);

    public IReadOnlyCollection<string> Awaited => [.. _awaited.Keys];

    /// <summary>How Docker refuses a container whose driver has no socket (moby pkg/plugins, errdefs).</summary>
    /// <param name="driver">Docker's name of the driver.</param>
    public static string WithoutDriver(string driver) => $"plugin \"{driver}\" not found";

    /// <param name="cniNetwork">The missing CNI network; null when Docker must answer first.</param>
    public void Note(string? cniNetwork)
    {
        _awaited[cniNetwork ?? ""] = true;
        signal.Raise();
    }

    /// <summary>The CNI network for a new endpoint. Logs warnings about its file.</summary>
    /// <exception cref="CnmException">There is no such network (yet), or flannel has no lease (yet).</exception>
    public NetworkConfiguration Choose(ConfigurationDirectoryContents contents, string cniNetwork)
    {
        try
        {
            var network = CniNetworks.Choose(contents, cniNetwork);
            warnings.LogOnce(network);
            return Delegates.WhyNotYet(network) is { } missing
                ? throw new CnmException($"CNI network \"{cniNetwork}\" has no addresses yet: {missing}.")
                : network;
        }
        catch (CnmException missing)
        {
            Note(cniNetwork);
            throw new CnmException($"{missing.Message} {Promise}", missing);
        }
    }

    /// <summary>
    /// Runs plugins for a new endpoint. One that asks to be tried again later (CNI code 11) waits for its agent, which may start after
    /// Docker: containers with a restart policy are started again until it does not ask any more.
    /// </summary>
    /// <exception cref="CnmException">A plugin asks to be tried again later.</exception>
    public async Task<T> AttemptAsync<T>(string cniNetwork, Func<Task<T>> attempt)
    {
        try
        {
            return await attempt();
        }
        catch (Exception later) when (IsTryAgainLater(later))
        {
            Note(cniNetwork);
            throw new CnmException($"{later.Message.TrimEnd('.')}. {Promise}", later);
        }
    }

    // Also where its clean-up failed too.
    private static bool IsTryAgainLater(Exception? failure) =>
        failure is not null && (failure is CniException { Code: CniErrorCode.TryAgainLater } || IsTryAgainLater(failure.InnerException));

    public void Settle(string awaited) => _awaited.TryRemove(awaited, out _);
}
