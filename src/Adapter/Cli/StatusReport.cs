using System.Text.Json;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Control;

namespace Bridge.Adapter.Cli;

/// <summary>
/// The daemon's status for people: the verdict, then one table per question, only those that have something to say.
/// </summary>
internal static class StatusReport
{
    public static void Write(StatusResponse status, bool json, DateTimeOffset now, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(status, ControlJson.Default.StatusResponse));
            return;
        }

        output.WriteLine(status.Verdict);
        output.WriteLine();
        var docker = status.EngineReachable ? "answers" : "does not answer, so names may be missing or old";
        output.WriteLine($"cnm-cni {status.Version}; Docker {docker}");
        if (status.PodRuntime == PodRuntimeState.Silent)
            output.WriteLine("The container runtime does not answer, so pods may be missing or without a name");

        if (status.WhyPortsIncomplete is { } whyPortsIncomplete)
            output.WriteLine($"{whyPortsIncomplete}, so host ports of pods may be missing");

        if (status.StateProblem is { } problemOfState)
            output.WriteLine($"{problemOfState}. No container can be attached until it can.");

        if (status.LogLinesDropped > 0)
        {
            output.WriteLine(
                $"{status.LogLinesDropped} lines are missing in the daemon's log, because its reader was too slow or they could not be " +
                "written");
        }

        if (status.HistoryEventsLost > 0)
            output.WriteLine($"{status.HistoryEventsLost} events are missing in the history, because they could not be written");

        WriteNetworks(status, output);
        var portOwners = new List<PortOwnerStatus>(status.PortOwners ?? []);
        foreach (var network in status.CniNetworks)
            WriteNeighbours(network, status, portOwners, now, output);

        WritePortOwners(portOwners, output);
        WriteArrivalProblems(status, output);
        WriteCleanups(status, now, output);
        WriteFindings(status, output);
        foreach (var problem in status.ConfigurationProblems)
        {
            output.WriteLine();
            output.WriteLine($"Not used: {problem.File}: {problem.Message}");
        }
    }

    /// <summary>In place of a status, as JSON: the daemon did not answer.</summary>
    public static string Silence(string problem) =>
        JsonSerializer.Serialize(new ControlError(problem), ControlJson.Default.ControlError);

    private static void WriteNetworks(StatusResponse status, TextWriter output)
    {
        output.WriteLine();
        if (status.Networks.Count == 0)
        {
            output.WriteLine("No networks. Create one: cnm-cni networks create NAME (cnm-cni networks lists the CNI networks of this " +
                "host)");
            return;
        }

        var table = new TextTable("NETWORK", "CNI NETWORK", "IPAM", "PLUGINS", "PROBLEM");
        foreach (var network in status.Networks)
            table.Add(network.Name ?? DockerId.Short(network.Id), network.CniNetwork, network.IpamMode, string.Join(", ", network.Plugins),
                network.Problem);

        table.WriteTo(output);
        foreach (var network in status.Networks.Where(network => network.Warm is not null))
        {
            var ready = network.Warm!.Attachments.Count(attachment => attachment.State == "ready");
            output.WriteLine($"{network.Name ?? DockerId.Short(network.Id)}: warm: {ready} of {network.Warm.Size}");
        }
    }

    // Takes those whose ports it has written from the list: an owner on two networks has its ports once.
    private static void WriteNeighbours(
        CniNetworkStatus network, StatusResponse status, List<PortOwnerStatus> portOwners, DateTimeOffset now, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"On CNI network {network.Name}{(network.Subnets.Count > 0 ? $" ({string.Join(", ", network.Subnets)})" : "")}:");
        if (!network.IsComplete)
            output.WriteLine($"Owners other than Docker's containers may be missing: {network.WhyIncomplete}.");

        if (network.Neighbours.Count == 0)
        {
            output.WriteLine("(none)");
            return;
        }

        var endpoints = status.Endpoints.ToDictionary(endpoint => endpoint.EndpointId, StringComparer.Ordinal);
        var table = new TextTable("ADDRESSES", "KIND", "NAME", "NETWORK", "INTERFACE", "STATE", "MAC", "PORTS", "SINCE", "ID");
        foreach (var neighbour in network.Neighbours)
        {
            var endpoint = neighbour.EndpointId is { } id ? endpoints.GetValueOrDefault(id) : null;
            var portOwner = endpoint is null ? portOwners.Find(owner => IsSame(owner, neighbour)) : null;
            var ports = endpoint?.Ports ?? portOwner?.Ports;
            if (portOwner is not null)
                portOwners.Remove(portOwner);

            table.Add(
                string.Join(", ", neighbour.Addresses),
                neighbour.Kind.ToString().ToLowerInvariant(),
                neighbour.Name,
                endpoint is null ? null : endpoint.NetworkName ?? DockerId.Short(endpoint.NetworkId),
                endpoint?.SandboxInterfaceName,
                endpoint?.State,
                endpoint?.Mac,
                ports is null ? null : string.Join(", ", ports.Select(Port)),
                endpoint is null ? null : Age(now - endpoint.Since),
                DockerId.Short(neighbour.EndpointId ?? neighbour.ContainerId ?? ""));
        }

        table.WriteTo(output);
    }

    private static bool IsSame(PortOwnerStatus owner, AddressOwnerStatus neighbour) => owner.ContainerId is null
        ? owner.Kind == neighbour.Kind && owner.Name == neighbour.Name
        : owner.ContainerId == neighbour.ContainerId;

    private static void WritePortOwners(List<PortOwnerStatus> portOwners, TextWriter output)
    {
        if (portOwners.Count == 0)
            return;

        output.WriteLine();
        output.WriteLine("Ports of this host that pods and containers of other runtimes have, on other networks:");
        var table = new TextTable("KIND", "NAME", "PORTS", "ID");
        foreach (var owner in portOwners)
        {
            var ports = string.Join(", ", owner.Ports.Select(Port));
            table.Add(owner.Kind.ToString().ToLowerInvariant(), owner.Name, ports, DockerId.Short(owner.ContainerId ?? ""));
        }

        table.WriteTo(output);
    }

    private static void WriteArrivalProblems(StatusResponse status, TextWriter output)
    {
        foreach (var endpoint in status.Endpoints.Where(endpoint => endpoint.ArrivalProblem is not null))
        {
            output.WriteLine();
            var container = endpoint.ContainerName ?? $"with endpoint {DockerId.Short(endpoint.EndpointId)}";
            output.WriteLine($"Unfinished in container {container}: {endpoint.ArrivalProblem}");
        }
    }

    private static void WriteCleanups(StatusResponse status, DateTimeOffset now, TextWriter output)
    {
        if (status.PendingCleanups.Count == 0)
            return;

        output.WriteLine();
        output.WriteLine("Pending clean-ups (cnm-cni retries them):");
        var table = new TextTable("CONTAINER", "CNI NETWORK", "ADDRESSES", "ATTEMPTS", "NEXT", "ID", "LAST ERROR");
        foreach (var cleanup in status.PendingCleanups)
        {
            var next = cleanup.NextAttempt is { } at ? at <= now ? "now" : $"in {Age(at - now)}" : null;
            var id = DockerId.Short(cleanup.EndpointId ?? cleanup.ContainerId);
            table.Add(cleanup.ContainerName, cleanup.CniNetwork, string.Join(", ", cleanup.Addresses),
                $"{cleanup.Attempts}", next, id, cleanup.LastError);
        }

        table.WriteTo(output);
    }

    private static void WriteFindings(StatusResponse status, TextWriter output)
    {
        foreach (var finding in status.Findings)
        {
            output.WriteLine();
            output.WriteLine(RepairOutcome.Line(finding));
        }
    }

    /// <summary>As <c>docker ps</c> writes it, which cannot show these.</summary>
    public static string Port(PublishedPortStatus port)
    {
        var host = port.HostIp is null or "" ? "" : port.HostIp.Contains(':') ? $"[{port.HostIp}]:" : $"{port.HostIp}:";
        return $"{host}{port.HostPort}->{(port.ContainerPort is { } inside ? $"{inside}" : "?")}/{port.Protocol}";
    }

    private static string Age(TimeSpan age) => age switch
    {
        { TotalDays: >= 2 } => $"{(int)age.TotalDays}d",
        { TotalHours: >= 2 } => $"{(int)age.TotalHours}h",
        { TotalMinutes: >= 2 } => $"{(int)age.TotalMinutes}m",
        _ => $"{Math.Max(0, (int)age.TotalSeconds)}s",
    };
}
