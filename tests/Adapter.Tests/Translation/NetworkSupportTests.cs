using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Tests.Translation;

public sealed class NetworkSupportTests
{
    private const string Ranges = """ "ipam": { "type": "host-local", "subnet": "10.89.0.0/24" } """;
    private const string Leases = """ "ipam": { "type": "dhcp" } """;

    [Theory]
    [InlineData("bridge", $$"""{ "type": "bridge", {{Ranges}} }""", null)]
    [InlineData("bridge", """{ "type": "bridge" }""", null)]
    [InlineData("macvlan", $$"""{ "type": "macvlan", "linkInContainer": false, {{Ranges}} }""", null)]
    [InlineData("macvlan", $$"""{ "type": "macvlan", "linkInContainer": "yes", {{Ranges}} }""", null)]
    [InlineData("bridge", $$"""{ "type": "bridge", "linkInContainer": true, {{Ranges}} }""", null)]
    [InlineData("tap", $$"""{ "type": "tap", {{Ranges}} }""", null)]
    [InlineData("tuning", $$"""{ "type": "bridge", {{Ranges}} }, { "type": "tuning" }""", null)]
    [InlineData(
        "bridge", $$"""{ "type": "bridge", {{Leases}} }""", "its IPAM plugin dhcp renews a lease only in the namespace in which it got it")]
    [InlineData("macvlan", $$"""{ "type": "macvlan", {{Leases}} }""",
        "its IPAM plugin dhcp renews a lease only in the namespace in which it got it")]
    [InlineData("bridge and a second IPAM", $$"""{ "type": "bridge", {{Ranges}} }, { "type": "other", {{Leases}} }""",
        "its IPAM plugin dhcp renews *")]
    [InlineData("macvlan", $$"""{ "type": "macvlan", "linkInContainer": true, {{Ranges}} }""",
        "its plugin macvlan looks for the master in the container's own namespace (linkInContainer)")]
    [InlineData("ipvlan", $$"""{ "type": "ipvlan", "linkInContainer": true, {{Ranges}} }""", "its plugin ipvlan looks for the master *")]
    [InlineData("vlan", $$"""{ "type": "vlan", "linkInContainer": true, {{Ranges}} }""", "its plugin vlan looks for the master *")]
    [InlineData("tap", $$"""{ "type": "tap", "bridge": "br0", {{Ranges}} }""",
        "its plugin tap looks for the bridge in the container's own namespace")]
    [InlineData("vrf", """{ "type": "vrf" }""", "its plugin vrf, which makes the interface, must run in the container's own namespace")]
    [InlineData("mesh", $$"""{ "type": "mesh", {{Ranges}} }""",
        "its plugin mesh, which makes the interface, must run in the container's own namespace")]
    [InlineData("mesh behind bridge", $$"""{ "type": "bridge", {{Ranges}} }, { "type": "mesh" }""", null)]
    [InlineData("sbr behind bridge", $$"""{ "type": "bridge", {{Ranges}} }, { "type": "sbr" }""", null)]
    public void A_chain_whose_plugins_need_the_final_namespace_is_not_staged(string chain, string plugins, string? reason)
    {
        var why = NetworkSupport.WhyNotStaged(Chain(plugins), ["mesh"]);

        if (reason is null)
            why.Should().BeNull($"{chain} can be staged");
        else
            why.Should().Match(reason);

        NetworkSupport.BestAttachMode(Chain(plugins), ["mesh"]).Should().Be(reason is null ? AttachMode.Staging : AttachMode.Sandbox);
    }

    [Theory]
    [InlineData($$"""{ "type": "bridge", {{Leases}} }""",
        "docker network create -d cni --ipam-driver null -o cni.network=lan -o cni.attach=sandbox NETWORK")]
    [InlineData(
        $$"""{ "type": "mesh", {{Ranges}} }""",
        "docker network create -d cni --ipam-driver cni --ipam-opt cni.network=lan -o cni.network=lan -o cni.attach=sandbox --subnet " +
        "10.89.0.0/24 --gateway 10.89.0.1 NETWORK")]
    public void A_chain_that_cannot_be_staged_is_refused_with_the_command_to_type(string plugins, string command)
    {
        var stage = () => NetworkSupport.RequireAttachMode(AttachMode.Staging, Chain(plugins), ["mesh"], "cni");
        var attach = () => NetworkSupport.RequireAttachMode(AttachMode.Sandbox, Chain(plugins), ["mesh"], "cni");

        stage.Should().Throw<CnmException>().WithMessage(
            $"CNI network \"lan\" (test.conflist) must be attached directly in the container's namespace, because *{command} (for Docker " +
            $"28 or newer, *");
        attach.Should().NotThrow();
    }

    private static NetworkConfiguration Chain(string plugins) =>
        Conflists.Parse($$"""{ "cniVersion": "1.0.0", "name": "lan", "plugins": [ {{plugins}} ] }""");
}
