namespace Bridge.Adapter.Tests.Advice;

/// <summary>Plugins that run another one: what they refuse or replace.</summary>
public sealed class DelegateFieldsTests : AdviceTest
{
    [Theory]
    [InlineData("""{ "type": "flannel", "delegate": { "ipam": { "type": "dhcp" } } }""",
        "Error: $.plugins[0].delegate.ipam is set by flannel itself, which refuses it here*move it beside \"delegate\"")]
    [InlineData("""{ "type": "flannel", "delegate": { "name": "x" } }""", "Error: $.plugins[0].delegate.name is set by flannel itself*")]
    [InlineData("""{ "type": "flannel", "delegate": "bridge" }""", "Error: $.plugins[0].delegate is not an object*")]
    [InlineData("""{ "type": "flannel", "subnetFile": 17, "delegate": {} }""", "Error: $.plugins[0].subnetFile is not a text*")]
    [InlineData("""{ "type": "flannel", "delegate": {}, "ipam": { "ranges": [[{ "subnet": "10.4.0.0/24" }]] } }""",
        "Warning: $.plugins[0].ipam.ranges has no effect: flannel takes the subnet of its lease*")]
    [InlineData("""{ "type": "multus", "delegates": ["a"] }""", "Error: $.plugins[0].delegates[0] is no network*")]
    [InlineData("""{ "type": "multus", "delegates": [{ "name": "x", "plugins": [] }] }""",
        "Error: $.plugins[0].delegates[0] is no network*")]
    public void A_field_that_the_plugin_refuses_or_replaces_is_found_where_it_stands(string plugin, string note)
    {
        Write("x.conflist", $$"""{ "name": "x", "cniVersion": "0.3.1", "plugins": [ {{plugin}} ] }""");

        Notes().Should().Contain(found => IsMatch(found, note));
    }

    [Theory]
    [InlineData("""{ "type": "flannel", "delegate": { "hairpinMode": true }, "ipam": { "dataDir": "/run/x", "routes": [] } }""")]
    [InlineData("""{ "type": "multus", "delegates": [{ "name": "x", "plugins": [{ "type": "flannel", "delegate": {} }] }] }""")]
    public void Sound_delegates_have_no_fault(string plugin)
    {
        Write("x.conflist", $$"""{ "name": "x", "cniVersion": "0.3.1", "plugins": [ {{plugin}} ] }""");

        Notes().Should().NotContain(found => found.Contains("so ADD fails") || found.Contains("has no effect"));
    }

    private static bool IsMatch(string found, string pattern) =>
        System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, found);
}
