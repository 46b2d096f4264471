using System.Text.Json.Nodes;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Advice.Rules;

/// <summary>Files and sockets of the host that a plugin needs at ADD.</summary>
internal sealed class MissingFiles : FileRule
{
    private const string DhcpSocket = "/run/cni/dhcp.sock";

    protected override IEnumerable<Note> Find(NetworkFile file, Subject subject) =>
        from plugin in file.Plugins
        from need in Needs(plugin, subject)
        where need.Path.StartsWith('/') && !Path.Exists(need.Path)
        select file.Warning($"plugin {need.User} needs {need.Path}, which does not exist: {need.Remedy}");

    private static IEnumerable<(string User, string Path, string Remedy)> Needs(NetworkPlugin plugin, Subject subject)
    {
        const string Access = "without it the plugin cannot ask the API server. Copy it there, or correct the path";
        foreach (var holder in new[] { plugin.Json, plugin.Ipam }.OfType<JsonObject>())
        {
            var user = holder == plugin.Json ? plugin.Type : plugin.IpamType ?? plugin.Type;
            var section = holder["kubernetes"] as JsonObject ?? [];
            foreach (var path in new[] { LenientJson.Text(section, "kubeconfig"), LenientJson.Text(holder, "kubeconfig") }.OfType<string>())
                yield return (user, path, Access);
        }

        if (plugin.Type == FlannelLease.Plugin)
        {
            yield return (
                plugin.Type, LenientJson.Text(plugin.Json, "subnetFile") ?? FlannelLease.DefaultFile,
                "flanneld writes it when it has a lease. Start flanneld on this node");
        }

        // Its daemon is the same file.
        if (plugin.IpamType == "dhcp" && subject.WhyMissing("dhcp") is null)
        {
            var socket = plugin.Ipam is { } ipam ? LenientJson.Text(ipam, "daemonSocketPath") : null;
            yield return ("dhcp", socket ?? DhcpSocket, "start its daemon (the plugin's own file, as \"dhcp daemon\")");
        }
    }
}

/// <summary>Links of the host that a plugin builds on.</summary>
internal sealed class MissingMasters : FileRule
{
    protected override IEnumerable<Note> Find(NetworkFile file, Subject subject) =>
        from plugin in file.Plugins
        where plugin.Is("macvlan", "ipvlan", "vlan") && !LenientJson.IsSet(plugin.Json, "linkInContainer")
        let master = LenientJson.Text(plugin.Json, "master")
        where !string.IsNullOrEmpty(master) && !Placeholders.IsWhole(master)
        where subject.Host.Links.Count > 0 && !subject.Host.Links.Contains(master)
        where !file.Chain.Any(other => other.Type == "ifacer") // It makes the link first.
        select file.Warning($"is {master}, and the host has no such link: write one of `ip link`", $"{plugin.Place}.master");
}
