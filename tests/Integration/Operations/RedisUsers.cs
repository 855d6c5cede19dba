using System.Net.Sockets;
using System.Text;

namespace Pipeline.Tests.Integration.Operations;

/// <summary>A bare connection to Redis, for what the services' client cannot do: log in with a name.</summary>
internal sealed class RedisUsers : IDisposable
{
    private readonly TcpClient _client;
    private readonly StreamReader _answers;

    private RedisUsers(TcpClient client)
    {
        _client = client;
        _answers = new StreamReader(client.GetStream(), Encoding.UTF8);
    }

    /// <summary>Connects and logs in.</summary>
    /// <exception cref="InvalidOperationException">Name and password are not right.</exception>
    public static async Task<RedisUsers> LogInAsync(Uri redis, string user, string password)
    {
        var client = new TcpClient();
        await client.ConnectAsync(redis.Host, redis.Port);
        var connection = new RedisUsers(client);
        var answer = await connection.AskAsync("AUTH", user, password);
        return answer == "+OK" ? connection : throw new InvalidOperationException($"{user}: {answer}");
    }

    /// <summary>The first line of the answer: <c>+OK</c>, <c>-NOPERM …</c></summary>
    public async Task<string> AskAsync(params string[] command)
    {
        var request = new StringBuilder($"*{command.Length}\r\n");
        foreach (var part in command)
        {
            request.Append($"${Encoding.UTF8.GetByteCount(part)}\r\n{part}\r\n");
        }

        await _client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(request.ToString()));
        return await _answers.ReadLineAsync() ?? "";
    }

    public void Dispose()
    {
        _answers.Dispose();
        _client.Dispose();
    }
}
