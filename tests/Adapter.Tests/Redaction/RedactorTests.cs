using System.Text;
using System.Text.Json;
using Bridge.Adapter.Redaction;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Bridge.Adapter.Tests.Redaction;

/// <summary>Secrets do not pass, and everything else does.</summary>
public sealed class RedactorTests
{
    private const string Secret = "hunter2-Zq81";

    [Theory]
    [InlineData("""{"type":"bridge","password":"SECRET"}""", """{"type":"bridge","password":"(redacted)"}""")]
    [InlineData("""{"policy":{"k8s_auth_token":"SECRET","type":"k8s"}}""", """{"policy":{"k8s_auth_token":"(redacted)","type":"k8s"}}""")]
    [InlineData("""{"auth":{"user":"me","pass":"SECRET"},"mtu":1500}""", """{"auth":"(redacted)","mtu":1500}""")]
    [InlineData("""{"tokens":["SECRET"]}""", """{"tokens":"(redacted)"}""")]
    [InlineData("""{"pin":1,"passphrase":12345678}""", """{"pin":1,"passphrase":"(redacted)"}""")]
    [InlineData("""{"token":true,"secret":null,"key":""}""", """{"token":true,"secret":null,"key":""}""")]
    [InlineData("""{"kubeconfig":"/etc/cni/kubeconfig"}""", """{"kubeconfig":"/etc/cni/kubeconfig"}""")]
    [InlineData("""[{"key":"TOKEN","value":"SECRET"},{"key":"ZONE","value":"a"}]""",
        """[{"key":"TOKEN","value":"(redacted)"},{"key":"ZONE","value":"a"}]""")]
    [InlineData("""[{"Key":"K8S_POD_NAME","Value":"web"}]""", """[{"Key":"K8S_POD_NAME","Value":"web"}]""")]
    [InlineData("""{"url":"https://me:SECRET@etcd:2379/x"}""", """{"url":"https://me:(redacted)@etcd:2379/x"}""")]
    [InlineData("""{"header":"Bearer SECRETSECRET"}""", """{"header":"Bearer (redacted)"}""")]
    [InlineData("""{"note":"-----BEGIN RSA PRIVATE KEY-----\nSECRET\n-----END RSA PRIVATE KEY-----"}""", """{"note":"(redacted)"}""")]
    [InlineData("""{"config":"apiVersion: v1\n  token: SECRET\n  server: https://10.0.0.1"}""",
        """{"config":"apiVersion: v1\n  token: (redacted)\n  server: https://10.0.0.1"}""")]
    [InlineData("""{"inner":"{\"password\":\"SECRET\",\"mtu\":1}"}""", """{"inner":"{\"password\":\"(redacted)\",\"mtu\":1}"}""")]
    [InlineData("""{"a":1,"a":"x"}""", """{"a":1,"a":"x"}""")]
    public void Json_keeps_everything_but_its_secrets(string json, string kept) =>
        Json(json.Replace("SECRET", Secret, StringComparison.Ordinal)).Should().Be(kept);

    [Theory]
    [InlineData("token=SECRET and more", "token=(redacted) and more")]
    [InlineData("plugin failed: token=SECRET", "plugin failed: token=(redacted)")]
    [InlineData(
        "said {\\\"password\\\":\\\"SECRET\\\\\\\"x\\\",\\\"mtu\\\":1}",
        "said {\\\"password\\\":\\\"(redacted)\\\",\\\"mtu\\\":1}")]
    [InlineData("{\"password\": \"SECRET\\\"x\", \"a", "{\"password\": \"(redacted)\", \"a")]
    [InlineData("password: 'SECRET'", "password: '(redacted)'")]
    [InlineData("curl --token SECRET https://10.0.0.1", "curl --token (redacted) https://10.0.0.1")]
    [InlineData("Authorization: Basic SECRET", "Authorization: (redacted)")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhYmMifQ.c2lnbmF0dXJl", "(redacted)")]
    [InlineData("SandboxKey=/var/run/docker/netns/1", "SandboxKey=/var/run/docker/netns/1")]
    [InlineData("10.88.0.2/16 dev eth0 proto kernel", "10.88.0.2/16 dev eth0 proto kernel")]
    public void Texts_keep_everything_but_their_secrets(string text, string kept) =>
        new Redactor([]).Text(text.Replace("SECRET", Secret, StringComparison.Ordinal)).Should().Be(kept);

    [Fact]
    public void A_secret_of_the_input_is_found_in_what_the_plugin_prints()
    {
        var redactor = new Redactor([]);
        redactor.Json(Encoding.UTF8.GetBytes($$"""{"password":"{{Secret}}\"x"}"""));

        redactor.Text($"login failed with {Secret}\"x for root").Should().Be("login failed with (redacted) for root");
        redactor.Text($$"""{"msg":"login failed with {{Secret}}\u0022x"}""").Should().Be("""{"msg":"login failed with (redacted)"}""");
    }

    [Fact]
    public void Values_of_variables_are_found_wherever_they_stand_and_short_ones_as_words_only()
    {
        var redactor = new Redactor([Secret, "abcdef", "x"]);

        redactor.Text($"<{Secret}> abcdef abcdefg x").Should().Be("<(redacted)> (redacted) abcdefg x");
    }

    [Fact]
    public void Arguments_lose_the_values_of_secret_keys_alone() =>
        new Redactor([]).Arguments($"IgnoreUnknown=1;K8S_POD_NAME=web;MY_TOKEN={Secret};odd").Should()
            .Be("IgnoreUnknown=1;K8S_POD_NAME=web;MY_TOKEN=(redacted);odd");

    [Fact]
    public void What_is_no_JSON_is_not_taken_for_it() => new Redactor([]).Json("panic: gravel"u8.ToArray()).Should().BeNull();

    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"\udc00":{"password":"x"}}""")]
    public void Half_a_character_makes_no_exception(string json) =>
        new Redactor([]).Json(Encoding.UTF8.GetBytes(json)).Should().BeNull("no text has it, and it is redacted as any text is");

    [Theory]
    [InlineData("10.88.0.0/16")]
    [InlineData("fd00::1234:1")]
    public void An_address_in_the_place_of_a_secret_is_kept_wherever_else_it_stands(string value)
    {
        var redactor = new Redactor([]);

        redactor.Text($"unexpected token: {value} here").Should().NotContain(value);
        redactor.Json(Encoding.UTF8.GetBytes($$$"""{"auth":{"server":"{{{value}}}"} }""")).Should().NotContain(value);
        redactor.Text($"subnet {value}").Should().Be($"subnet {value}");
    }

    [Fact]
    public async Task A_long_text_without_spaces_is_read_in_no_time()
    {
        var text = new string('a', 1 << 20);

        var redacted = await Task.Run(() => new Redactor([]).Text(text), Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        redacted.Should().Be(text);
    }

    // The secret somewhere in a tree of any keys, once below a secret one; then the tree's text has it nowhere.
    [Property]
    public Property A_secret_below_a_secret_key_is_nowhere_in_the_result()
    {
        var keys = Gen.Elements("type", "ipam", "routes", "Key", "name", "x y", "dns");
        var secretKeys = Gen.Elements("password", "API_KEY", "clientSecret", "kubeconfig", "cni.args.TOKEN", "certificate-authority-data");
        var secrets = Gen.Elements(Secret, "pa\"ss\\word", "sécret-ünïcode", "line\nbreak-secret", "{\"a\":\"deepsecret\"}");
        var cases =
            from path in Gen.ArrayOf(keys)
            from key in secretKeys
            from secret in secrets
            from inArray in Gen.Elements(true, false)
            select (path, key, secret, inArray);

        return Prop.ForAll(cases.ToArbitrary(), one =>
        {
            object tree = new Dictionary<string, object> { [one.key] = one.inArray ? new[] { one.secret } : one.secret };
            foreach (var key in one.path.Take(20))
                tree = new Dictionary<string, object> { [key] = tree, ["said"] = $"again: {one.secret}." };

            var json = Json(JsonSerializer.Serialize(tree));

            using var parsed = JsonDocument.Parse(json);
            return !Strings(parsed.RootElement).Any(text => text.Contains(one.secret, StringComparison.Ordinal));
        });
    }

    // JSON without suspicious keys or texts is the same afterwards.
    [Property]
    public Property Json_without_secrets_stays_as_it_is()
    {
        var words = Gen.Elements("bridge", "10.88.0.2/16", "eth0", "", "ünïcode \"quoted\"", "a\tb", "fd00::1");
        return Prop.ForAll(Gen.ArrayOf(words).ToArbitrary(), texts =>
        {
            var tree = texts.Select((text, i) => KeyValuePair.Create($"field{i}", text)).ToDictionary();
            var json = Json(JsonSerializer.Serialize(tree));
            return JsonSerializer.Deserialize<Dictionary<string, string>>(json)!.SequenceEqual(tree);
        });
    }

    private static string Json(string json) => new Redactor([]).Json(Encoding.UTF8.GetBytes(json))!;

    private static IEnumerable<string> Strings(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(property => Strings(property.Value).Append(property.Name)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Strings),
        JsonValueKind.String => [value.GetString()!],
        _ => [],
    };
}
