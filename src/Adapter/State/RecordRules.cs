using System.Net;
using System.Net.NetworkInformation;
using System.Text.Json;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.State;

/// <summary>
/// What every record of cnm-cni fulfils. Another program has written one that does not; used all the same, it could fail the calls of every
/// container.
/// </summary>
internal static class RecordRules
{
    /// <exception cref="JsonException">A field has a value that cnm-cni does not write.</exception>
    public static void Require(NetworkRecord record)
    {
        RequireName(nameof(record.CniNetwork), record.CniNetwork);
        RequireDefined(record.Ipam);
        RequireDefined(record.Attach);
        Require(record.EndpointDefaults.Values.All(value => value is not null), nameof(record.EndpointDefaults), "null");
        Require(record.Warm is null or (>= 0 and <= WarmSettings.Most), nameof(record.Warm), $"{record.Warm}");
    }

    /// <exception cref="JsonException">A field has a value that cnm-cni does not write.</exception>
    public static void Require(AttachmentRecord record)
    {
        RequireName(nameof(record.CniNetwork), record.CniNetwork);
        RequireName(nameof(record.ContainerId), record.ContainerId);
        RequireName(nameof(record.NetworkId), record.NetworkId);
        RequireDefined(record.Phase);
        RequireDefined(record.Attach);
        string?[] names = [record.InterfaceName, record.HostInterfaceName, record.SandboxInterfaceName, record.RequestedInterfaceName];
        foreach (var name in names.OfType<string>())
            Require(IsInterface(name), nameof(record.InterfaceName), name);

        Require(record.SandboxKey is null || record.SandboxKey.StartsWith('/'), nameof(record.SandboxKey), record.SandboxKey);
        RequireMac(record.Mac);
        RequireAll(nameof(record.Arguments), record.Arguments, argument => argument is { Key: not null, Value: not null });
        RequireAll(nameof(record.Addresses), record.Addresses, IsCidr);
        RequireAll(nameof(record.Reserved), record.Reserved, IsCidr);
        RequireAll(nameof(record.Sysctls), record.Sysctls, sysctl => sysctl is not null);
        RequireAll(nameof(record.RequestedPorts), record.RequestedPorts, IsPort);
        RequireAll(nameof(record.PublishedPorts), record.PublishedPorts ?? [], IsPort);
        Require(!record.IsWarm || record.EndpointId == record.ContainerId, nameof(record.ContainerId), record.ContainerId);
        RequireAll(nameof(record.AsMade), [.. record.AsMade?.Own ?? [], .. record.AsMade?.Peer ?? []], fact =>
            fact is { Name: not null, Value: not null });
        Require(record.Snapshot);
    }

    /// <exception cref="JsonException">A field has a value that cnm-cni does not write.</exception>
    public static void Require(ReservationRecord record)
    {
        RequireName(nameof(record.CniNetwork), record.CniNetwork);
        RequireDefined(record.Phase);
        RequireMac(record.Mac);
        RequireAll(nameof(record.Arguments), record.Arguments, argument => argument is { Key: not null, Value: not null });
        RequireAll(nameof(record.Addresses), record.Addresses, address => address is not null && IsCidr(address.Address));
    }

    private static void Require(LinkSnapshot? snapshot)
    {
        if (snapshot is null)
            return;

        Require(IsMac(snapshot.Mac), nameof(snapshot.Mac), snapshot.Mac);
        RequireAll(nameof(snapshot.Addresses), snapshot.Addresses, address =>
            address is not null && Cidr.TryParse($"{address.Address}/{address.PrefixLength}", out _));
        RequireAll(nameof(snapshot.Routes), snapshot.Routes, route =>
            route is not null && IPNetwork.TryParse(route.Destination, out _)
            && (route.Gateway is null || IPAddress.TryParse(route.Gateway, out _)));
        RequireAll(nameof(snapshot.Rules), snapshot.Rules, rule => rule is not null);
        RequireAll(nameof(snapshot.Neighbours), snapshot.Neighbours, neighbour =>
            neighbour is not null && IPAddress.TryParse(neighbour.Address, out _));
        RequireAll(nameof(snapshot.Sysctls), snapshot.Sysctls, sysctl => sysctl is not null);
    }

    private static void Require(bool holds, string field, string? value)
    {
        if (!holds)
            throw new JsonException($"{field} cannot be \"{JsonEncodedText.Encode(value ?? "null")}\"");
    }

    private static void RequireAll<TItem>(string field, IEnumerable<TItem> items, Func<TItem, bool> holds)
    {
        foreach (var item in items)
            Require(holds(item), field, item?.ToString());
    }

    private static bool IsMac(string? mac) => mac is not null && (mac.Length == 0 || PhysicalAddress.TryParse(mac, out _));

    private static void RequireName(string field, string name) =>
        Require(name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-'), field, name);

    private static bool IsInterface(string name) =>
        name.Length > 0 && name is not ("." or "..")
        && !name.Any(letter => letter is '/' or ':' || char.IsWhiteSpace(letter) || char.IsControl(letter));

    private static void RequireDefined<TEnum>(TEnum value) where TEnum : struct, Enum =>
        Require(Enum.IsDefined(value), typeof(TEnum).Name, value.ToString());

    private static void RequireMac(string? mac) => Require(mac is null || IsMac(mac), nameof(AttachmentRecord.Mac), mac);

    private static bool IsCidr(string cidr) => Cidr.TryParse(cidr, out _);

    private static bool IsPort(RequestedPort port) =>
        port is not null && IsPort(port.ContainerPort) && IsPort(port.HostPort) && IsPort(port.HostPortEnd) && IsHost(port.HostIp);

    private static bool IsPort(PortMapping port) =>
        port is { HostPort: > 0 } && IsPort(port.ContainerPort) && IsPort(port.HostPort) && IsHost(port.HostIp);

    private static bool IsPort(int port) => port is >= 0 and <= IPEndPoint.MaxPort;

    private static bool IsHost(string ip) => ip is "" || IPAddress.TryParse(ip, out _);
}
