using System.Text;

namespace CniInvoker.Tests.Configuration;

public sealed class VersionChoiceTests
{
    [Fact]
    public void The_keys_of_a_single_plugin_are_read_in_any_letter_case()
    {
        var network = NetworkConfiguration.Parse("""{"CNIVersion":"0.4.0","NAME":"a","type":"p1"}"""u8.ToArray(), "10.conf");

        network.CniVersion.Should().Be("0.4.0");
        network.Name.Should().Be("a");
    }

    [Theory]
    [InlineData("\"1.2.0\"", null, "1.2.0")]
    [InlineData(null, """["0.4.0","1.0.0"]""", "1.0.0")]
    [InlineData("\"0.3.1\"", """["9.0.0"]""", "0.3.1")]
    [InlineData("\"9.0.0\"", """["9.1.0"]""", "9.0.0")]
    [InlineData(null, """["1.0"]""", "1.0")]
    [InlineData("\"9.0.0\"", """["1.0.0"]""", "1.0.0")]
    [InlineData(null, """["1.0.0","1.0"]""", "1.0.0")]
    [InlineData(null, """["1.0","1.0.0"]""", "1.0.0")]
    [InlineData("\"1.1.0\"", """["0.10.0","0.4.0"]""", "1.1.0")]
    [InlineData("\"0.3.0\"", """["0.10.0","0.4.0"]""", "0.10.0")]
    [InlineData("\"abc\"", null, "abc")]
    [InlineData(null, null, "0.1.0")]
    [InlineData("\"\"", null, "0.1.0")]
    [InlineData(null, "[]", "0.1.0")]
    [InlineData(null, """["9.0.0","9.1.0"]""", "9.1.0")]
    [Case(14, "versions-matrix", Libcni = "uses none, which is read as 0.1.0, where a list has only versions that are too new",
        Ours = "uses one of them, and refuses it by its name; otherwise the same")]
    [Spec("highest-version")]
    public void The_highest_offered_and_supported_version_is_chosen(string? version, string? versions, string expected) =>
        Parse(version, versions).CniVersion.Should().Be(expected);

    [Theory]
    [InlineData(null, """["x"]""", "$.cniVersions[0] is not a version")]
    [InlineData(null, """["1.0.0","1.0.0.0"]""", "$.cniVersions[1] is not a version")]
    [InlineData(null, """["1.0.0",1]""", "$.cniVersions[1] is not a version")]
    [InlineData(null, "\"1.0.0\"", "$.cniVersions is not a list")]
    [InlineData("\"abc\"", """["1.0.0"]""", "$.cniVersion \"abc\" is not a version")]
    [Case(14, "versions-matrix")]
    public void An_invalid_version_is_refused(string? version, string? versions, string problem)
    {
        var parse = () => Parse(version, versions);

        parse.Should().Throw<CniConfigurationException>().Which.Problem.Should().Be($"line 1: {problem}");
    }

    private static NetworkConfiguration Parse(string? version, string? versions)
    {
        var fields = (version is null ? "" : $"\"cniVersion\":{version},") + (versions is null ? "" : $"\"cniVersions\":{versions},");
        return NetworkConfiguration.Parse(Encoding.UTF8.GetBytes($$"""{{{fields}}"name":"n","plugins":[{"type":"a"}]}"""), "file");
    }
}
