using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Control;

namespace Bridge.Adapter.Ui.Picture;

/// <summary>
/// Makes the picture of a status and of what the host shows. Its members are the neighbours of the status on each CNI network, and the
/// endpoints that are not among them: those that are being attached or removed.
/// </summary>
internal sealed class Composition
{
    // The daemon computes the time anew for each status, so that it differs by milliseconds.
    private static readonly TimeSpan SameTime = TimeSpan.FromSeconds(2);

    private Dictionary<string, DateTimeOffset> _nextAttempts = new(StringComparer.Ordinal);

    /// <summary>Before the first answer.</summary>
    public static PictureContent Nothing(string problem) => new(
        ProgramVersion.Number, new DaemonPart(false, problem, false, null), Verdict(problem), [problem], [], [], [], [], []);

    /// <summary>The last picture, while nothing answers.</summary>
    public static PictureContent Silent(PictureContent last, string problem) => last with
    {
        Daemon = last.Daemon with { Reachable = false, Problem = problem },
        Verdict = Verdict(problem),
        Problems = [problem],
    };

    public PictureContent Of(StatusResponse status, HostView host)
    {
        var members = new MemberParts(status, host).All();
        return new PictureContent(
            status.Version,
            new DaemonPart(true, null, status.EngineReachable, status.PodRuntime),
            status.Verdict,
            status.Problems,
            [.. status.CniNetworks.Select(network => ToNetwork(network, status, host))],
            members,
            Pending(status),
            [.. status.Findings.Select(found =>
                new FindingPart(found.Kind, found.Subject, found.What, found.Why, found.State, found.Done))],
            status.ConfigurationProblems);
    }

    private static string Verdict(string problem) => $"To look at: {problem}";

    private static NetworkPart ToNetwork(CniNetworkStatus network, StatusResponse status, HostView host)
    {
        NetworkStatus[] docker = [.. status.Networks.Where(one => one.CniNetwork == network.Name)];
        var listed = status.Endpoints.Where(endpoint => endpoint.CniNetwork == network.Name)
            .SelectMany(endpoint => ResultInterface.Of(endpoint.Result))
            .Concat(network.Neighbours.Where(owner => owner.Kind == AddressOwnerKind.Pod && owner.ContainerId is not null)
                .SelectMany(owner => host.Results.Find(network.Name, owner.ContainerId!)?.Interfaces ?? []))
            .Where(made => made.IsOnHost).Select(made => made.Name);
        return new NetworkPart(
            network.Name,
            network.Subnets,
            docker.FirstOrDefault(one => one.Plugins.Count > 0)?.Plugins ?? host.PluginsOf(network.Name),
            host.LinkOf(network.Name, listed),
            [.. docker.Select(one => new DockerNetworkPart(one.Id, one.Name, one.IpamMode, one.Problem))],
            network.IsComplete,
            network.WhyIncomplete);
    }

    private List<PendingPart> Pending(StatusResponse status)
    {
        var known = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        List<PendingPart> pending = [];
        foreach (var cleanup in status.PendingCleanups)
        {
            var key = MemberKey.Of(cleanup.EndpointId, cleanup.ContainerId);
            var next = cleanup.NextAttempt;
            if (next is { } time)
                known[key] = _nextAttempts.TryGetValue(key, out var before) && (time - before).Duration() < SameTime ? before : time;

            pending.Add(new PendingPart(
                key, cleanup.ContainerName, cleanup.CniNetwork, cleanup.Addresses, cleanup.Attempts, cleanup.LastError,
                next is null ? null : known[key]));
        }

        _nextAttempts = known;
        return pending;
    }
}

/// <summary>Keys by which the page knows members.</summary>
internal static class MemberKey
{
    /// <summary>Of a Docker container's endpoint.</summary>
    public const string EndpointPrefix = "e:";

    /// <summary>Of anything else that has a CNI container id.</summary>
    public const string ContainerPrefix = "c:";

    public static string Of(string? endpointId, string containerId) =>
        endpointId is null ? ContainerPrefix + containerId : EndpointPrefix + endpointId;

    /// <summary>Of an owner of whom only the address is known.</summary>
    public static string OfAddress(string network, string? address) => $"a:{network}/{address}";
}
