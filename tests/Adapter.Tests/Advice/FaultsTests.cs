using System.Text;

namespace Bridge.Adapter.Tests.Advice;

/// <summary>Faults in one configuration file.</summary>
public sealed class FaultsTests : AdviceTest
{
    private const string Ipam = """ "ipam": { "type": "host-local", "subnet": "10.9.0.0/24" } """;

    [Theory]
    [InlineData(
        """ "isGateway": "true" """,
        "Error: $.plugins[0].isGateway is \"true\": write true or false, without quotes; plugin bridge refuses*")]
    [InlineData(""" "ISDEFAULTGATEWAY": 1 """, "Error: $.plugins[0].ISDEFAULTGATEWAY is 1: write true or false*")]
    [InlineData(""" "mtu": "1500" """, "Error: $.plugins[0].mtu is \"1500\": write a number, without quotes*")]
    [InlineData(""" "vlan": [1] """, "Error: $.plugins[0].vlan is a list or an object: write a number*")]
    [InlineData(""" "bridge": 7 """, "Error: $.plugins[0].bridge is 7: write it in quotes*")]
    [InlineData(
        """ "isGatway": true """,
        "Warning: $.plugins[0].isGatway is no field of plugin bridge, which ignores it: write \"isGateway\"")]
    [InlineData(""" "hairpinmod": true """, "Warning: *write \"hairpinMode\"")]
    [InlineData(""" "color": "red" """, "Note: $.plugins[0].color is no field of plugin bridge *")]
    [InlineData(""" "mtu": "{{ .MTU }}" """, "Error: $.plugins[0].mtu is the placeholder {{ .MTU }} of a template*")]
    [InlineData(""" "bridge": "${BRIDGE}" """, "Error: *placeholder ${BRIDGE} *")]
    [InlineData(""" "bridge": "<bridge name>" """, "Error: *placeholder <bridge name> *")]
    [InlineData(""" "bridge": "$(BRIDGE)" """, "Error: *placeholder $(BRIDGE) *")]
    [InlineData(
        """ "bridge": "br-${ZONE}" """,
        "Warning: $.plugins[0].bridge has the placeholder ${ZONE} of a template in \"br-${ZONE}\"*")]
    [InlineData(
        """ "capabilities": { "portMapping": true } """,
        "Warning: $.plugins[0].capabilities.portMapping is no capability*Write \"portMappings\"")]
    [InlineData(""" "capabilities": { "teleport": true } """, "Warning: $.plugins[0].capabilities.teleport is no capability*Remove it")]
    public void A_fault_of_a_plugin_is_found_where_it_stands(string field, string note)
    {
        Write("x.conflist", $$"""{ "name": "x", "cniVersion": "1.0.0", "plugins": [ { "type": "bridge", {{field}}, {{Ipam}} } ] }""");

        Notes().Should().ContainSingle().Which.Should().Match(note);
    }

    [Theory]
    [InlineData(""" "isGateway": true, "vlanTrunk": [{ "id": 42 }], "mtu": 1500, "mac": null """)]
    [InlineData(""" "bridge": "br__x__y", "args": { "cni": {} }, "cni.dev/x": 1 """)]
    [InlineData(""" "capabilities": { "teleport": false, "io.kubernetes.cri.pod-annotations": true, "mac": true } """)]
    public void A_sound_plugin_has_no_notes(string fields)
    {
        Write("x.conf", $$"""{ "cniVersion": "1.0.0", "type": "bridge", "name": "x", {{fields}}, {{Ipam}} }""");

        Notes().Should().BeEmpty();
    }

    [Theory]
    [InlineData(
        """{ "type": "macvlan" }, { "type": "bridge" }""",
        "Error: $.plugins[1] is bridge, and $.plugins[0] is macvlan: *ADD of the second fails*")]
    [InlineData(
        """{ "type": "firewall" }, { "type": "bridge" }""",
        "Warning: $.plugins[0] is firewall, which needs the result of bridge*Move it behind*")]
    [InlineData(
        """{ "type": "bridge" }, { "type": "portmap" }""",
        "Warning: $.plugins[1] is portmap without \"capabilities\"*publishes no ports*")]
    [InlineData("""{ "type": "bridge" }, { "type": "bandwidth" }""", "Warning: $.plugins[1] is bandwidth without rates*limits nothing*")]
    [InlineData(
        """{ "type": "bridge", "ipam": { "type": "static", "addresses": [{ "address": "10.9.0.9/24" }] } }""",
        "Note: $.plugins[0].ipam.addresses names the addresses themselves, so one container*")]
    [InlineData(
        """{ "type": "ovs", "bridge": "b", "ipam": { "type": "host-local" } }""",
        "Error: $.plugins[0].ipam has no range for host-local*")]
    [InlineData(
        """{ "type": "multus", "delegates": [] }""", "Error: $.plugins[0] is multus, which has neither \"delegates\" nor \"clusterNetwork\"*")]
    [InlineData(
        """{ "type": "calico", "mtu": "1450", "etcd_endpoints": "x" }""",
        "Error: $.plugins[0].mtu is \"1450\"*plugin calico refuses*")]
    public void A_fault_of_a_chain_is_found(string plugins, string note)
    {
        Write("x.conflist", $$"""{ "cniVersion": "1.0.0", "plugins": [ {{plugins}} ], "name": "x" }""");

        Notes()[0].Should().Match(note);
    }

    [Fact]
    public void Bandwidth_with_rates_of_its_own_is_sound()
    {
        Write("x.conflist", """{ "cniVersion": "1.0.0", "plugins": [ { "type": "bridge" }, { "type": "bandwidth", "egressRate": 8 } ], "name": "x" }""");

        Notes().Should().BeEmpty();
    }

    [Theory]
    [InlineData(
        """{ "type": "flannel", "subnetFile": "DIR" }""",
        "flannel runs plugin host-local for $.delegates[0].delegate, and plugin \"host-local\" was not found *")]
    [InlineData(
        """{ "type": "flannel", "subnetFile": "DIR", "delegate": { "type": "vlan9" } }""",
        "flannel runs plugin vlan9 for $.delegates[0].delegate, and *install it there*")]
    [InlineData("""{ "type": "sriov" }""", "multus runs plugin sriov for $.delegates[0], and *")]
    [InlineData("""{ "name": "l", "plugins": [ { "type": "sriov" } ] }""", "multus runs plugin sriov for $.delegates[0].plugins[0], and *")]
    [InlineData("""{ "type": "bridge", "ipam": { "type": "whereabouts" } }""", "multus runs plugin whereabouts for $.delegates[0], and *")]
    public void A_plugin_that_another_one_runs_must_be_installed(string inner, string problem)
    {
        Install("bridge", "flannel");
        Write("x.conf", $$"""{ "cniVersion": "1.0.0", "name": "x", "type": "multus", "delegates": [ {{inner}} ] }""");

        Notes().Should().ContainMatch($"Error: {problem}");
    }

    [Fact]
    public void A_delegate_of_flannel_needs_no_range_and_one_of_multus_does()
    {
        Install("bridge", "host-local", "flannel", "macvlan");
        Write("x.conf", """
            { "cniVersion": "1.0.0", "name": "x", "type": "multus", "delegates": [
              { "type": "flannel", "subnetFile": "DIR", "delegate": {}, "ipam": { "type": "host-local" } },
              { "type": "macvlan", "ipam": { "type": "host-local" } } ] }
            """);

        Notes().Where(note => note.StartsWith("Error: ", StringComparison.Ordinal))
            .Should().Equal("Error: $.delegates[1].ipam has no range for host-local: write \"ranges\": [[{\"subnet\": \"10.88.0.0/16\"}]]");
    }

    [Theory]
    [InlineData("{ \"name\": \"x\", \"cniVersion\": \"1.0.0\", \"type\": \"calico\", \"etcd_endpoints\": \"x\", \"mtu\": __CNI_MTU__ }",
        "Error: it has placeholders of a template, such as __CNI_MTU__: write the values", "Note: plugin calico (etcd): *")]
    [InlineData(
        "{{- if .X }}\n{ \"name\": \"x\" }\n{{- end }}",
        "Error: it has placeholders of a template, such as {{- if .X }}, {{- end }}*")]
    [InlineData(
        "{ // mine\n\"name\": \"x\", \"cniVersion\": \"1.0.0\", \"plugins\": [ { \"type\": \"kube-ovn\" } ] }",
        "Note: plugin kube-ovn: *")]
    [InlineData("{\n  # mine\n\"name\": \"x\", \"cniVersion\": \"1.0.0\", \"type\": \"terway\" }", "Note: plugin terway: *")]
    [InlineData("""{ "name": [], "cniVersion": 3, "plugins": [ null, 7, { "type": 5, "ipam": "x", "delegate": [], "delegates": {} } ] }""")]
    [InlineData("apiVersion: v1\nkind: NetworkAttachmentDefinition\n", "Error: it is a manifest for the Kubernetes API*spec.config*")]
    [InlineData(
        """{ "kind": "NetworkAttachmentDefinition", "apiVersion": "v1", "spec": {} }""",
        "Error: it is a manifest for the Kubernetes API*")]
    [InlineData("{ \"name\": \"x\", \"plugins\": [ { \"type\": ")]
    [InlineData("[]")]
    [InlineData("")]
    public void A_broken_file_is_judged_too(string content, params string[] notes)
    {
        Write("x.conflist", content);

        var found = Notes();

        found.Should().HaveSameCount(notes, string.Join('\n', found));
        foreach (var (note, pattern) in found.Zip(notes))
            note.Should().Match(pattern);
    }

    [Fact]
    public void UTF_16_is_read_for_advice()
    {
        const string Text = """{ "name": "x", "cniVersion": "1.0.0", "type": "terway" }""";
        Write("x.conf", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Text)]);

        Notes().Should().ContainSingle().Which.Should().StartWith("Note: plugin terway: ");
    }

    [Fact]
    public void A_byte_order_mark_is_warned_of()
    {
        const string Text = """{ "name": "x", "cniVersion": "1.0.0", "type": "bridge" }""";
        Write("x.conf", [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Text)]);

        Notes().Should().ContainSingle().Which.Should().Match("Warning: it begins with a byte order mark, which other runtimes*refuse*");
    }
}
