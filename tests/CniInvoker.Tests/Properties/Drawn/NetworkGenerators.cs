using FsCheck;
using FsCheck.Fluent;

namespace CniInvoker.Tests.Properties.Drawn;

/// <summary>Usable network configurations, with unknown fields at every level and sometimes reserved keys.</summary>
internal static class NetworkGenerators
{
    /// <summary>Few, so that attachments and plugins often use the same ones.</summary>
    public static readonly string[] Capabilities = ["portMappings", "mac", "ips", "Mac", "io.kubernetes.cri.pod-annotations"];

    private static readonly string[] ListKeys =
        ["name", "cniVersion", "cniVersions", "disableCheck", "disableGC", "loadOnlyInlinedPlugins", "plugins"];

    private static readonly string[] PluginKeys = ["type", "ipam", "dns", "capabilities"];
    private static readonly string[] DnsKeys = ["domain", "nameservers", "search", "options"];
    private static readonly string[] ReservedKeys = ["prevResult", "PREVRESULT", "prevReſult", "runtimeConfig", "RuntimeConfig",
        "cni.dev/valid-attachments", "Cni.Dev/", "name", "Name", "cniVersion", "CNIVERSION", "cniVerſion"];

    public static Gen<WrittenNetwork> Networks { get; } = Gen.Frequency((4, Lists()), (1, Singles()));

    /// <summary>Valid network names and container IDs.</summary>
    public static Gen<string> Identifiers { get; } =
        from first in Gen.Elements("a", "Z", "0")
        from rest in JsonGenerators.UpTo(8, Gen.Elements("a", "B", "9", "_", ".", "-"))
        select first + string.Concat(rest);

    private static Gen<WrittenNetwork> Lists() =>
        from foreign in JsonGenerators.Foreign(key => ListKeys.Contains(key, StringComparer.Ordinal))
        from name in Identifiers.Select(Json (name) => new Json.Words(name))
        from version in JsonGenerators.Maybe(Versions())
        from versions in JsonGenerators.Maybe(JsonGenerators.UpTo(3, Versions()).Select(Json (all) => new Json.Items(all)))
        from disableCheck in JsonGenerators.Maybe(Flags())
        from disableGc in JsonGenerators.Maybe(Flags())
        from onlyInlined in JsonGenerators.Maybe(Flags())
        from count in Gen.Choose(1, 3)
        from plugins in Plugins().ListOf(count)
        select new WrittenNetwork(new Json.Fields(foreign)
            .With("name", name).With("cniVersion", version).With("cniVersions", versions).With("disableCheck", disableCheck).With(
                "disableGC", disableGc)
            .With("loadOnlyInlinedPlugins", onlyInlined).With("plugins", new Json.Items([.. plugins])));

    private static Gen<WrittenNetwork> Singles() =>
        from plugin in Plugins()
        from name in Identifiers
        from version in JsonGenerators.Maybe(Versions())
        select new WrittenNetwork(
            plugin.Without(key => key is "name" or "cniVersion" or "plugins").With("name", new Json.Words(name)).With(
                "cniVersion", version));

    private static Gen<Json.Fields> Plugins() =>
        from foreign in JsonGenerators.Foreign(IsOneOf(PluginKeys))
        from reserved in JsonGenerators.UpTo(
            2, Gen.Elements(ReservedKeys).SelectMany(_ => JsonGenerators.Values, (key, value) => new Json.Field(key, value)))
        from typeKey in Gen.Elements("type", "type", "TYPE")
        from type in FileNames()
        from ipam in JsonGenerators.Maybe(Ipam())
        from dns in JsonGenerators.Maybe(Dns())
        from capabilitiesKey in Gen.Elements("capabilities", "capabilities", "Capabilities", "capabilitieſ")
        from capabilities in JsonGenerators.Maybe(SwitchedCapabilities())
        select new Json.Fields([.. reserved.Take(1), .. foreign.Take(1)])
            .With(typeKey, type).With("ipam", ipam).With("dns", dns).With(capabilitiesKey, capabilities).With(
                [.. reserved.Skip(1), .. foreign.Skip(1)]);

    private static Gen<Json> Ipam() =>
        from foreign in JsonGenerators.Foreign(IsOneOf(["type"]))
        from type in JsonGenerators.Maybe(FileNames())
        select (Json)new Json.Fields(foreign).With("type", type);

    private static Gen<Json> Dns() =>
        from foreign in JsonGenerators.Foreign(IsOneOf(DnsKeys))
        from domain in JsonGenerators.Maybe(JsonGenerators.Texts.Select(Json (text) => new Json.Words(text)))
        from servers in JsonGenerators.Maybe(JsonGenerators.UpTo(2, JsonGenerators.Texts.Select(Json (text) => new Json.Words(text))))
        select (Json)new Json.Fields(foreign).With("domain", domain).With("nameservers", servers is null ? null : new Json.Items(servers));

    private static Gen<Json> SwitchedCapabilities() =>
        from names in Gen.SubListOf(Capabilities)
        from switches in Gen.Elements("true", "true", "false", "null").ListOf(names.Count)
        select (Json)new Json.Fields([.. names.Zip(switches, (name, isOn) => new Json.Field(name, new Json.Scalar(isOn)))]);

    private static Gen<Json> FileNames() => Gen.Frequency((2, Gen.Elements("bridge", "portmap", "host-local")), (1, JsonGenerators.Texts))
        .Where(name => Identifier.PluginTypeProblem(name) is null).Select(Json (name) => new Json.Words(name));

    private static Gen<Json> Versions() =>
        Gen.Elements([.. SpecVersion.Known, "1.1.0", "1.0.0", "9.0.0", "1.1", "0.10"]).Select(Json (version) => new Json.Words(version));

    private static Gen<Json> Flags() =>
        Gen.Elements<Json>(new Json.Scalar("true"), new Json.Scalar("false"), new Json.Words("TRUE"), new Json.Words("False"));

    private static Func<string, bool> IsOneOf(string[] known) => key => known.Contains(key, StringComparer.OrdinalIgnoreCase);
}
