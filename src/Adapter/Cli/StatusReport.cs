using System.Text.Json;
using Bridge.Adapter.Control;

namespace Bridge.Adapter.Cli;

/// <summary>The daemon's status for people: one table per question, only those that have something to say.</summary>
internal static class StatusReport
{
    public static void Write(StatusResponse status, bool json, DateTimeOffset now, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(status, ControlJson.Default.StatusResponse));
            return;
        }

        output.WriteLine($"cnm-cni {status.Version}; Docker {(status.EngineReachable ? "answers" : "does not answer, so names may be missing or old")}");
        WriteNetworks(status, output);
        WriteEndpoints(status, now, output);
        WriteCleanups(status, now, output);
        foreach (var problem in status.ConfigurationProblems)
        {
            output.WriteLine();
            output.WriteLine($"Not used: {problem.File}: {problem.Message}");
        }
    }

    private static void WriteNetworks(StatusResponse status, TextWriter output)
    {
        output.WriteLine();
        if (status.Networks.Count == 0)
        {
            output.WriteLine("No networks. Make one: docker network create -d cni --ipam-driver null pods");
            return;
        }

        var table = new TextTable("NETWORK", "CNI NETWORK", "IPAM", "PLUGINS", "PROBLEM");
        foreach (var network in status.Networks)
        {
            table.Add(network.Name ?? ShortId.Of(network.Id), network.CniNetwork, network.IpamMode, string.Join(", ", network.Plugins), network.Problem);
        }

        table.WriteTo(output);
    }

    private static void WriteEndpoints(StatusResponse status, DateTimeOffset now, TextWriter output)
    {
        output.WriteLine();
        if (status.Endpoints.Count == 0)
        {
            output.WriteLine("No containers are attached.");
            return;
        }

        var table = new TextTable("CONTAINER", "NETWORK", "STATE", "ADDRESSES", "GATEWAY", "MAC", "MTU", "PORTS", "SINCE", "ENDPOINT");
        foreach (var endpoint in status.Endpoints)
        {
            table.Add(
                endpoint.ContainerName,
                endpoint.NetworkName ?? endpoint.CniNetwork,
                endpoint.State,
                string.Join(", ", endpoint.Addresses),
                endpoint.Gateway,
                endpoint.Mac,
                endpoint.Mtu == 0 ? null : $"{endpoint.Mtu}",
                string.Join(", ", endpoint.Ports.Select(Port)),
                Age(now - endpoint.Since),
                ShortId.Of(endpoint.EndpointId));
        }

        table.WriteTo(output);
    }

    private static void WriteCleanups(StatusResponse status, DateTimeOffset now, TextWriter output)
    {
        if (status.PendingCleanups.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine("Still to be cleaned up (repeated by itself):");
        var table = new TextTable("CONTAINER", "CNI NETWORK", "ATTEMPTS", "NEXT", "ENDPOINT", "LAST ERROR");
        foreach (var cleanup in status.PendingCleanups)
        {
            var next = cleanup.NextAttempt is { } at ? at <= now ? "now" : $"in {Age(at - now)}" : null;
            table.Add(cleanup.ContainerName, cleanup.CniNetwork, $"{cleanup.Attempts}", next, ShortId.Of(cleanup.EndpointId), cleanup.LastError);
        }

        table.WriteTo(output);
    }

    /// <summary>As <c>docker ps</c> writes it, which cannot show these.</summary>
    private static string Port(PublishedPortStatus port)
    {
        var host = port.HostIp is null or "" ? "" : port.HostIp.Contains(':') ? $"[{port.HostIp}]:" : $"{port.HostIp}:";
        return $"{host}{port.HostPort}->{port.ContainerPort}/{port.Protocol}";
    }

    private static string Age(TimeSpan age) => age switch
    {
        { TotalDays: >= 2 } => $"{(int)age.TotalDays}d",
        { TotalHours: >= 2 } => $"{(int)age.TotalHours}h",
        { TotalMinutes: >= 2 } => $"{(int)age.TotalMinutes}m",
        _ => $"{Math.Max(0, (int)age.TotalSeconds)}s",
    };
}
