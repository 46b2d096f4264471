using Bridge.Adapter.Directories;

namespace Bridge.Adapter.Tests.Directories;

public sealed class TomlStringsTests
{
    [Theory]
    [InlineData("key = \"a\"", "|key|a")]
    [InlineData("key='a' # a comment", "|key|a")]
    [InlineData("  \"key\" = \"a # b\"", "|key|a # b")]
    [InlineData("[plugins.\"x\".cni] # comment\nkey = \"a\"", "plugins.\"x\".cni|key|a")]
    [InlineData("[[one]]\nkey = [\"a\", 'b']", "one|key|a,b")]
    [InlineData("key = [\n  \"a\", # first\n\n  'b',\n]\nother = \"c\"", "|key|a,b;|other|c")]
    [InlineData("key = \"[open\"\nother = \"c\"", "|key|[open;|other|c")]
    [InlineData("number = 3\nflag = true\nempty = []", "|number|;|flag|;|empty|")]
    [InlineData("# nothing\n\nno TOML at all", "")]
    [InlineData("key = \"never closed\n", "|key|")]
    public void Strings_are_read_with_their_table_and_key(string content, string expected) =>
        string.Join(';', TomlStrings.Read(content).Select(entry => $"{entry.Table}|{entry.Key}|{string.Join(',', entry.Texts)}"))
            .Should().Be(expected);
}
