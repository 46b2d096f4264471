using Bridge.Adapter.Doctor.Checks;
using Bridge.Adapter.Ui.Traffic;
using CniInvoker;

namespace Bridge.Adapter.Ui.Picture;

/// <summary>What this host shows beside the daemon's status.</summary>
/// <param name="Links">Its links.</param>
/// <param name="Results">The other runtime's results.</param>
/// <param name="Configurations">The CNI networks' files.</param>
internal sealed record HostView(HostLinks Links, CachedResults Results, ConfigurationDirectoryContents? Configurations)
{
    /// <summary>A network's plugins, also where Docker has no network for it.</summary>
    public IReadOnlyList<string> PluginsOf(string network) =>
        [.. Configurations?.Find(network)?.Plugins.Select(plugin => plugin.Type) ?? []];

    /// <summary>A network's bridge device, or the link that its interfaces build on; null where the host has none.</summary>
    /// <param name="network">Its name.</param>
    /// <param name="listed">Names of host links in the results of its members.</param>
    public LinkPart? LinkOf(string network, IEnumerable<string> listed)
    {
        var shape = Configurations?.Find(network) is { } found ? NetworkShape.Of(found) : null;
        var link = (shape?.Bridge ?? shape?.Master) is { } name
            ? Links.Find(name)
            : listed.Select(Links.Find).FirstOrDefault(candidate => candidate?.Kind == "bridge");
        return link is null
            ? null
            : new LinkPart(
                link.Name, link.Kind.Length > 0 ? link.Kind : "device", link.IsUp ? "up" : "down", link.Mtu, Links.AddressesOf(link));
    }
}
