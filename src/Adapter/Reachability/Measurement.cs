using System.Net;
using Bridge.Adapter.Reachability.Probes;

namespace Bridge.Adapter.Reachability;

/// <summary>Tries who reaches whom, all at once, and then the largest packets between those who do.</summary>
internal sealed class Measurement(TrialStage stage, TrialSubject subject, string outsideName, TimeProvider timeProvider)
{
    private const string HostResolverFile = "/etc/resolv.conf";

    private readonly ConnectionProbe _connections = new(new Patience(timeProvider));
    private readonly EchoProbe _echo = new(new Patience(timeProvider));
    private readonly NameProbe _names = new(new Patience(timeProvider));
    private readonly PacketProbe _packets = new(timeProvider);
    private readonly Dictionary<IPFamily, OutsideTarget> _outside = [];

    public async Task<(IReadOnlyList<Reach> Reaches, IReadOnlyList<PacketSize> Packets)> RunAsync(CancellationToken cancellationToken)
    {
        var plan = TrialPlan.Of(await FactsAsync(cancellationToken));
        var reaches = await Task.WhenAll(plan.Select(planned => planned.WhyNot is { } reason
            ? Task.FromResult(new Reach(planned.From, planned.To, planned.Family, ReachOutcome.NotApplicable, Note: reason))
            : TryAsync(planned, cancellationToken)));
        var packets = await Task.WhenAll(
            from reach in reaches
            where reach is { From: Ends.First, To: Ends.Second or Ends.Pod, Outcome: ReachOutcome.Reached }
            select LargestAsync(reach, cancellationToken));
        return (reaches, packets);
    }

    private async Task<TrialFacts> FactsAsync(CancellationToken cancellationToken)
    {
        var servers = ResolverFile.Servers(HostResolverFile);
        var targets = new OutsideTargets(stage.Host, stage.HostView, _echo, _names);
        var whyNoOutside = new Dictionary<IPFamily, string>();
        var whyNoOutsideName = WhyNoOutsideNameAsync(servers, cancellationToken);
        var found = await Task.WhenAll(
            IPFamilies.All.Select(family => targets.FindAsync(family, servers, outsideName, cancellationToken)));
        foreach (var (family, (target, whyNone)) in IPFamilies.All.Zip(found))
        {
            if (target is null)
                whyNoOutside[family] = whyNone;
            else
                _outside[family] = target;
        }

        return new TrialFacts(stage.Members, stage.HostView)
        {
            Absent = stage.Absent,
            WhyApart = subject.WhyApart,
            WhyApartFromHost = subject.WhyApartFromHost,
            WhyNoPort = subject.WhyNoPort,
            WhyNoOutside = whyNoOutside,
            WhyNoOutsideName = await whyNoOutsideName,
            HasNamesWithoutIPv4 = stage.Engine.HasIPv6Alone,
            ServerFamilies = [.. IPFamilies.All.Where(family => servers.Any(server => family.Has(server)))],
            KnownToDocker = stage.Containers.Keys.ToDictionary(name => name, name => stage.KnownToDocker(name, subject.Docker.Id)),
        };
    }

    private async Task<string?> WhyNoOutsideNameAsync(IReadOnlyList<IPAddress> servers, CancellationToken cancellationToken)
    {
        if (subject.Docker.Internal)
            return "the network is internal";

        var attempt = await _names.RunAsync(stage.Host, servers, outsideName, isIPv6: false, [], cancellationToken);
        return attempt.IsReached ? null : $"the host itself does not resolve {outsideName}";
    }

    private async Task<Reach> TryAsync(PlannedReach planned, CancellationToken cancellationToken)
    {
        var (attempt, note) = planned.To switch
        {
            Ends.Outside => await OutsideAsync(planned, cancellationToken),
            Ends.Host => await HostAsync(planned, cancellationToken),
            Ends.Port => await PortAsync(planned, cancellationToken),
            Ends.Name => (await NameAsync(planned, cancellationToken), null),
            Ends.OutsideName => (await OutsideNameAsync(planned, cancellationToken), outsideName),
            _ => (await MemberAsync(planned, cancellationToken), null),
        };
        return attempt.IsReached
            ? new Reach(planned.From, planned.To, planned.Family, ReachOutcome.Reached, Math.Round(attempt.Time.TotalMilliseconds, 2), note)
            : new Reach(
                planned.From, planned.To, planned.Family, ReachOutcome.Failed,
                Note: note is null ? attempt.Problem : $"{note}: {attempt.Problem}");
    }

    private Task<Attempt> MemberAsync(PlannedReach planned, CancellationToken cancellationToken)
    {
        var (at, token) = stage.Answer(planned.To, AddressOf(planned.To, planned.Family));
        return _connections.RunAsync(stage.NetworkOf(planned.From), at, token, cancellationToken);
    }

    // The host's owner may have closed its ports to containers. What matters is that packets pass.
    private async Task<(Attempt Attempt, string? Note)> HostAsync(PlannedReach planned, CancellationToken cancellationToken)
    {
        var address = stage.HostView.AddressFor(stage.Members.First(member => member.Name == planned.From), planned.Family)!;
        var (at, token) = stage.Answer(Ends.Host, address);
        var from = stage.NetworkOf(planned.From);
        var connection = await _connections.RunAsync(from, at, token, cancellationToken);
        if (connection.IsReached)
            return (connection, $"{address}");

        var echo = await _echo.RunAsync(from, address, cancellationToken);
        return echo.IsReached ? (echo, $"{address}, by ping only: a firewall of the host drops TCP") : (connection, $"{address}");
    }

    private async Task<(Attempt Attempt, string? Note)> PortAsync(PlannedReach planned, CancellationToken cancellationToken)
    {
        if (stage.HostPort is not { } port)
            return (Attempt.Failed("no port was published, although one was requested"), null);

        var address = stage.Neighbour!.HostAddresses.First(address => planned.Family.Has(address));
        var (_, token) = stage.Answer(Ends.First, AddressOf(Ends.First, planned.Family));
        var at = new IPEndPoint(address, port);
        return (await _connections.RunAsync(stage.NetworkOf(planned.From), at, token, cancellationToken), $"{at}");
    }

    private async Task<(Attempt Attempt, string? Note)> OutsideAsync(PlannedReach planned, CancellationToken cancellationToken)
    {
        var target = _outside[planned.Family];
        return (await target.TryAsync(stage.NetworkOf(planned.From), cancellationToken), target.Description);
    }

    private Task<Attempt> NameAsync(PlannedReach planned, CancellationToken cancellationToken)
    {
        var (number, other) = planned.From == Ends.First ? (2, Ends.Second) : (1, Ends.First);
        return ResolveAsync(planned, TrialContainers.NameOf(number), planned.Family == IPFamily.IPv6,
            stage.Members.First(member => member.Name == other).Addresses, cancellationToken);
    }

    private Task<Attempt> OutsideNameAsync(PlannedReach planned, CancellationToken cancellationToken) =>
        ResolveAsync(planned, outsideName, isIPv6: false, [], cancellationToken);

    private Task<Attempt> ResolveAsync(
        PlannedReach planned, string name, bool isIPv6, IReadOnlyList<IPAddress> wanted, CancellationToken cancellationToken) =>
        _names.RunAsync(
            stage.NetworkOf(planned.From), ResolverFile.Servers(stage.Containers[planned.From].ResolverFile), name, isIPv6, wanted,
            cancellationToken);

    private async Task<PacketSize> LargestAsync(Reach reach, CancellationToken cancellationToken)
    {
        var expected = stage.Members.Where(member => member.Name == reach.From || member.Name == reach.To).Min(member => member.Mtu);
        var (at, _) = stage.Answer(reach.To, AddressOf(reach.To, reach.Family));
        return new PacketSize(reach.From, reach.To, reach.Family,
            await _packets.LargestAsync(stage.NetworkOf(reach.From), at, expected, cancellationToken), expected);
    }

    private IPAddress AddressOf(string name, IPFamily family) =>
        stage.Members.First(member => member.Name == name).Address(family)!;
}
