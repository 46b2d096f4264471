using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Advice.Rules;

/// <summary>
/// Networks with one bridge and different gateways on it. The stock bridge gives its bridge one IPv4 address, and fails or takes the other
/// one away (plugins/main/bridge/bridge.go ensureAddr).
/// </summary>
internal sealed class SharedBridges : IRule
{
    public IEnumerable<Note> Find(Subject subject) => subject.Networks.Select(subject.FileOf)
        .SelectMany(file => file.Plugins.Where(plugin => plugin is { Bridge: not null, IsGateway: true }), User.Of)
        .GroupBy(user => user.Plugin.Bridge!, StringComparer.Ordinal)
        .Where(users => users.Select(user => user.File).Distinct().Count() > 1 && users.Select(user => user.Subnets).Distinct().Count() > 1)
        .Select(users => Judge(users.Key, [.. users]));

    private static Note Judge(string bridge, User[] users)
    {
        var outcome = users.Any(user => LenientJson.IsSet(user.Plugin.Json, "forceAddress"))
            ? "forceAddress takes the gateway address of the others away"
            : "the first one to attach a container gives it an address, and ADD of the others fails with \"already has an IP " +
                "address different from\"";
        var names = string.Join(", ", users.Select(user => $"{user.File.Name} ({user.Subnets})"));
        return users[^1].File.Warning(
            $"bridge {bridge} belongs to several CNI networks with different subnets, {names}: {outcome}. Give each its own \"bridge\"")
            with { OtherFiles = [.. users.SkipLast(1).Select(user => user.File.Path)] };
    }

    private sealed record User(NetworkFile File, NetworkPlugin Plugin, string Subnets)
    {
        public static User Of(NetworkFile file, NetworkPlugin plugin)
        {
            var subnets = (plugin.Ipam is { } ipam ? IpamSection.RangesOf(ipam) : [])
                .Select(range => CniSubnet.ReadSubnet(IpamSection.Text(range, "subnet"))).OfType<IPNetwork>()
                .Where(subnet => subnet.BaseAddress.AddressFamily == AddressFamily.InterNetwork)
                .Select(subnet => subnet.ToString()).Order(StringComparer.Ordinal);
            return new User(file, plugin, string.Join(" and ", subnets) is { Length: > 0 } known ? known
                : plugin.RunBy?.Type == "flannel" ? "flannel's lease" : "subnet not in the file");
        }
    }
}
