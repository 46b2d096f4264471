using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// The subnets that flanneld has leased for this host, in the file from which plugin flannel configures its delegate
/// (flannel-io/cni-plugin, flannel.go and flannel_linux.go): one variable a line.
/// </summary>
/// <param name="Subnets">This host's, IPv4 first.</param>
/// <param name="Networks">The cluster's, to which the delegate gets routes.</param>
internal sealed record FlannelLease(IReadOnlyList<IPNetwork> Subnets, IReadOnlyList<IPNetwork> Networks)
{
    public const string Plugin = "flannel";
    public const string DefaultFile = "/run/flannel/subnet.env";

    private const int LargestFile = 64 * 1024;

    /// <summary>Whether the plugin still has to write the section: its own has no ranges, and names no other IPAM plugin.</summary>
    public static bool IsNeeded(PluginConfiguration flannel) => flannel.Json["ipam"] is not JsonObject ipam
        || (ipam["ranges"] is null && IpamSection.Text(ipam, "type") is not IpamConfiguration.Static);

    /// <summary>The path of the file.</summary>
    public static string FileOf(PluginConfiguration flannel) =>
        IpamSection.Text(flannel.Json, "subnetFile") is { Length: > 0 } path ? path : DefaultFile;

    /// <returns>The lease; or why there is none, as the end of a sentence.</returns>
    public static (FlannelLease? Lease, string? Problem) Of(PluginConfiguration flannel)
    {
        var path = FileOf(flannel);
        try
        {
            return new FileInfo(path) switch
            {
                { Exists: false } => (null, $"{path}, in which flanneld writes the subnet of this host, does not exist: start flanneld"),
                { Length: > LargestFile } => (null, $"{path}, in which flanneld writes the subnet of this host, is too large"),
                _ => Parse(path, File.ReadAllLines(path)),
            };
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return (null, $"{path}, in which flanneld writes the subnet of this host, cannot be read: {unreadable.Message}");
        }
    }

    /// <summary>Completes the plugin's <c>ipam</c> section as the plugin does for its delegate.</summary>
    public void WriteTo(JsonObject flannel)
    {
        var ipam = flannel["ipam"] as JsonObject ?? [];
        ipam["type"] ??= IpamConfiguration.HostLocal;
        ipam["ranges"] = new JsonArray([.. Subnets.Select(subnet => new JsonArray(new JsonObject { ["subnet"] = $"{subnet}" }))]);
        ipam["routes"] = new JsonArray([
            .. IpamSection.Items(ipam, "routes").Select(route => route?.DeepClone()),
            .. Networks.Select(network => new JsonObject { ["dst"] = $"{network}" })]);
        if (ipam.Parent is null)
            flannel["ipam"] = ipam;
    }

    /// <summary>The plugin adds the routes to the cluster's networks to whatever section it has: a second one would be refused.</summary>
    public static void LeaveRoutes(JsonObject flannel, JsonObject ipam)
    {
        ipam.Remove("routes");
        if (flannel["ipam"] is JsonObject own && IpamSection.Items(own, "routes") is { Count: > 0 } routes)
            ipam["routes"] = routes.DeepClone();
    }

    private static (FlannelLease?, string?) Parse(string path, IReadOnlyList<string> lines)
    {
        var values = lines.Select(line => line.Split('=', 2)).Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0].Trim()).ToDictionary(group => group.Key, group => group.Last()[1].Trim());
        IPNetwork?[] Read(string key) => [.. values.GetValueOrDefault(key, "")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(CniSubnet.ReadSubnet)];
        var subnets = Read("FLANNEL_SUBNET").Concat(Read("FLANNEL_IPV6_SUBNET")).ToArray();
        var networks = Read("FLANNEL_NETWORK").Concat(Read("FLANNEL_IPV6_NETWORK")).ToArray();
        return subnets.Length == 0 || subnets.Contains(null) || networks.Contains(null)
            ? (null, $"{path}, in which flanneld writes the subnet of this host, has no valid FLANNEL_SUBNET or FLANNEL_IPV6_SUBNET")
            : (new FlannelLease([.. subnets.OfType<IPNetwork>()], [.. networks.OfType<IPNetwork>().Distinct()]), null);
    }
}
