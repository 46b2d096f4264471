using System.Net;
using System.Net.NetworkInformation;
using System.Text.Json;

namespace Bridge.Adapter.State;

/// <summary>
/// What every record that we write fulfils. One that does not was damaged before records had a checksum, or made by somebody else; believed, it would
/// make the calls of all other containers fail that look at it.
/// </summary>
internal static class RecordRules
{
    /// <exception cref="JsonException">A field has a value that nobody here writes.</exception>
    public static void Require(NetworkRecord record)
    {
        RequireName(nameof(record.CniNetwork), record.CniNetwork);
        RequireDefined(record.Ipam);
        RequireDefined(record.Attach);
        Require(record.EndpointDefaults.Values.All(value => value is not null), nameof(record.EndpointDefaults), "null");
    }

    /// <exception cref="JsonException">A field has a value that nobody here writes.</exception>
    public static void Require(AttachmentRecord record)
    {
        RequireName(nameof(record.CniNetwork), record.CniNetwork);
        RequireName(nameof(record.ContainerId), record.ContainerId);
        RequireName(nameof(record.NetworkId), record.NetworkId);
        RequireDefined(record.Phase);
        RequireDefined(record.Attach);
        foreach (var name in new[] { record.InterfaceName, record.HostInterfaceName, record.SandboxInterfaceName, record.RequestedInterfaceName }.OfType<string>())
            Require(IsInterface(name), nameof(record.InterfaceName), name);

        Require(record.SandboxKey is null || record.SandboxKey.StartsWith('/'), nameof(record.SandboxKey), record.SandboxKey);
        RequireMac(record.Mac);
        RequireAll(nameof(record.Arguments), record.Arguments, argument => argument is { Key: not null, Value: not null });
        RequireAll(nameof(record.Addresses), record.Addresses, IsCidr);
        RequireAll(nameof(record.Reserved), record.Reserved, IsCidr);
        RequireAll(nameof(record.Sysctls), record.Sysctls, sysctl => sysctl is not null);
        RequireAll(nameof(record.RequestedPorts), record.RequestedPorts, IsPort);
        RequireAll(nameof(record.PublishedPorts), record.PublishedPorts ?? [], IsPort);
        SnapshotRules.Require(record.Snapshot);
    }

    /// <exception cref="JsonException">A field has a value that nobody here writes.</exception>
    public static void Require(ReservationRecord record)
    {
        RequireName(nameof(record.CniNetwork), record.CniNetwork);
        RequireDefined(record.Phase);
        RequireMac(record.Mac);
        RequireAll(nameof(record.Arguments), record.Arguments, argument => argument is { Key: not null, Value: not null });
        RequireAll(nameof(record.Addresses), record.Addresses, address => address is not null && IsCidr(address.Address));
    }

    /// <exception cref="JsonException">It does not hold.</exception>
    public static void Require(bool holds, string field, string? value)
    {
        if (!holds)
            throw new JsonException($"{field} cannot be \"{JsonEncodedText.Encode(value ?? "null")}\"");
    }

    /// <exception cref="JsonException">It does not hold for one of them.</exception>
    public static void RequireAll<TItem>(string field, IEnumerable<TItem> items, Func<TItem, bool> holds)
    {
        foreach (var item in items)
            Require(holds(item), field, item?.ToString());
    }

    public static bool IsMac(string? mac) => mac is not null && (mac.Length == 0 || PhysicalAddress.TryParse(mac, out _));

    private static void RequireName(string field, string name) =>
        Require(name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-'), field, name);

    private static bool IsInterface(string name) =>
        name.Length > 0 && name is not ("." or "..") && !name.Any(letter => letter is '/' or ':' || char.IsWhiteSpace(letter) || char.IsControl(letter));

    private static void RequireDefined<TEnum>(TEnum value) where TEnum : struct, Enum => Require(Enum.IsDefined(value), typeof(TEnum).Name, value.ToString());

    private static void RequireMac(string? mac) => Require(mac is null || IsMac(mac), nameof(AttachmentRecord.Mac), mac);

    private static bool IsCidr(string cidr) =>
        cidr?.Split('/') is [var ip, var prefix] && IPAddress.TryParse(ip, out var address) && int.TryParse(prefix, out var length)
        && length >= 0 && length <= address.GetAddressBytes().Length * 8;

    private static bool IsPort(RequestedPort port) =>
        port is { ContainerPort: >= 0 and <= IPEndPoint.MaxPort, HostPort: >= 0 and <= IPEndPoint.MaxPort, HostPortEnd: >= 0 and <= IPEndPoint.MaxPort }
        && IsHost(port.HostIp);

    private static bool IsPort(PortMapping port) =>
        port is { ContainerPort: >= 0 and <= IPEndPoint.MaxPort, HostPort: > 0 and <= IPEndPoint.MaxPort } && IsHost(port.HostIp);

    private static bool IsHost(string ip) => ip is "" || IPAddress.TryParse(ip, out _);
}
